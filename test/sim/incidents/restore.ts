import { contexts } from '#contexts';
import { orderKey } from '#orders/table/keys';
import { sign } from '#payments/http/signature';
import type { OrderId, TenantId } from '#platform/kernel';
import { functionsOf } from '#platform/manifest';
import { secrets } from '../../fixtures/secrets.ts';
import { rowsOf } from '../rows.ts';
import type { Scene, Steps } from './incident.ts';
import { type Customer, slowCustomerOf } from './shop.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const ORDERS_UNDER_WAY = 12;
/** Executions that run when the operator stops everything have ended by then. */
const DRAIN_MS = 2 * MINUTE;
const RESTORE_MS = 3 * MINUTE;
const REFUND_BY_HAND_AFTER_MS = 30 * MINUTE;
const LATE_AFTER_MS = 40 * MINUTE;

const functions = functionsOf(...contexts);
const consumers = functions.filter(({ spec }) => spec.consumes).map(({ id }) => id);
/** They have no lever of their own in the host: their invocations fail instead, which has no effect either. */
const streamReadersAndSchedules = functions.filter(({ spec }) => spec.streams || spec.everyMinutes).map(({ id }) => id);

type Charge = { readonly key: string; readonly amount: number; readonly currency: string };

/** When a customer of the lost hour comes back, in milliseconds after the repair; undefined: never. */
const returnsAfterMs = ({ n, cancels, token }: Customer): number | undefined => {
  if (cancels || token === 'tok_declined' || n % 20 >= 17) return undefined;
  return n % 20 >= 14 ? LATE_AFTER_MS : (n % 10) * MINUTE;
};

/** The captures of which the provider still keeps money and whose order does not exist, as the provider's export shows them. */
const findStrayCharges = async ({ host }: Scene): Promise<readonly Charge[]> => {
  const rows = await rowsOf(host.callAws);
  const orders = new Set(rows.filter(({ sk }) => sk === 'order').map(({ pk }) => pk));
  return rows
    .filter(({ sk, captured, refunded }) => sk === 'charge' && Number(captured) > Number(refunded))
    .map(({ key, amount, currency }) => ({ key: String(key), amount: Number(amount), currency: String(currency) }))
    .filter(({ key }) => {
      const [tenantId, orderId] = key.split('.') as [TenantId, OrderId];
      return !orders.has(orderKey(tenantId, orderId).pk);
    });
};

const sendCallback = async ({ send, now }: Scene, charge: Charge) => {
  const body = JSON.stringify({ ...charge, status: 'captured' });
  const at = `${Math.floor(now() / SECOND)}`;
  const signature = `t=${at},v1=${sign(secrets['provider-callback-key'], at, body)}`;
  await send('POST', '/v1/providers/sandbox/callbacks', { headers: [['breakwater-signature', signature]], body });
};

const refundByHand = async ({ send }: Scene, { key, amount, currency }: Charge) => {
  const body = { refundKey: 'by-hand', amount, currency };
  await send('POST', `/sandbox/charges/${key}/refund`, { bearer: secrets['provider-key'], body });
};

/** The operator follows docs/runbooks/restore.md, as far as an embedded host has what it names. */
export const stageRestore = (scene: Scene): Steps => {
  const { host, levers, shop, sleep, now } = scene;
  let restorePoint = new Date(0);

  const stopAll = () => {
    levers.closeApi();
    for (const id of streamReadersAndSchedules) levers.disable(id);
    for (const id of consumers) host.pauseConsumer(id);
  };
  const startAll = () => {
    for (const id of streamReadersAndSchedules) levers.enable(id);
    for (const id of consumers) host.resumeConsumer(id);
  };

  const comeBack = async (customer: Customer, afterMs: number) => {
    await sleep(afterMs);
    await shop.placeOrder(customer);
  };

  return {
    async cause() {
      const slowCustomers = Array.from({ length: ORDERS_UNDER_WAY }, (_, n) => slowCustomerOf(n));
      await Promise.all(slowCustomers.map(shop.serve));
      await sleep(SECOND);
      restorePoint = new Date(now());
    },
    async prepareRepair() {
      stopAll();
      await sleep(DRAIN_MS);
      host.restoreTable(restorePoint);
      await sleep(RESTORE_MS);
    },
    repair: startAll,
    async afterwards() {
      const lost = [...shop.accepted.values()].filter(({ acceptedAtMs }) => acceptedAtMs > restorePoint.getTime());
      const returning = lost.filter(({ customer }) => returnsAfterMs(customer) !== undefined);
      scene.abandon(lost.filter((order) => !returning.includes(order)).map(({ id }) => id));
      levers.openApi();
      const sendCallbacks = async () => {
        for (const charge of await findStrayCharges(scene)) await sendCallback(scene, charge);
      };
      const refunds = async () => {
        await sleep(REFUND_BY_HAND_AFTER_MS);
        for (const charge of await findStrayCharges(scene)) await refundByHand(scene, charge);
      };
      await Promise.all([
        sendCallbacks(),
        refunds(),
        ...returning.map(({ customer }) => comeBack(customer, returnsAfterMs(customer) ?? 0)),
      ]);
    },
  };
};
