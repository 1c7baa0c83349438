import type { GraphqlClient, GraphqlResult } from './graphql.ts';
import type { OrderOutcome } from './system.ts';
import { Refusal, timeOrder } from './timed-order.ts';

type StepResult = { readonly state?: string; readonly errorCode?: string };

const ORDER = '{ ... on Order { id state } ... on ErrorResult { errorCode } }';
const ADD_ITEM = `mutation ($id: ID!) { step: addItemToOrder(productVariantId: $id, quantity: 1) ${ORDER} }`;
const SET_CUSTOMER = `mutation ($input: CreateCustomerInput!) { step: setCustomerForOrder(input: $input) ${ORDER} }`;
const SET_ADDRESS = `mutation ($input: CreateAddressInput!) { step: setOrderShippingAddress(input: $input) ${ORDER} }`;
const SET_SHIPPING = `mutation ($ids: [ID!]!) { step: setOrderShippingMethod(shippingMethodId: $ids) ${ORDER} }`;
const ARRANGE_PAYMENT = `mutation { step: transitionOrderToState(state: "ArrangingPayment") ${ORDER} }`;
const ADD_PAYMENT = `mutation ($input: PaymentInput!) { step: addPaymentToOrder(input: $input) ${ORDER} }`;

const ADDRESS = { streetLine1: '1 Quay Street', city: 'Hamburg', postalCode: '20095', countryCode: 'DE' };

const getState = ({ data }: GraphqlResult): string | undefined => {
  const { state, errorCode } = data['step'] as StepResult;
  if (errorCode !== undefined) throw new Refusal(errorCode);
  return state;
};

type Checkout = {
  readonly shop: GraphqlClient;
  readonly variantId: string;
  readonly shippingMethod: string;
  readonly key: string;
};

/** A guest's order of one unit, from an empty cart in a new session to a paid payment. */
export const checkOut = ({ shop, variantId, shippingMethod, key }: Checkout): Promise<OrderOutcome> =>
  timeOrder(async (timeLastCall) => {
    const added = await shop(ADD_ITEM, { id: variantId });
    getState(added);
    const runStep = async (mutation: string, variables: object = {}) =>
      getState(await shop(mutation, variables, added.token));
    const input = { firstName: 'Ada', lastName: 'Buyer', emailAddress: `${key}@example.com` };
    await runStep(SET_CUSTOMER, { input });
    await runStep(SET_ADDRESS, { input: { fullName: 'Ada Buyer', ...ADDRESS } });
    await runStep(SET_SHIPPING, { ids: [shippingMethod] });
    await runStep(ARRANGE_PAYMENT);
    const state = await timeLastCall(runStep(ADD_PAYMENT, { input: { method: 'sandbox', metadata: {} } }));
    if (state !== 'PaymentSettled') throw new Error(`the payment was added, but the order is ${state}`);
  });
