import type { Graphql, Told } from './graphql.ts';
import type { Ended } from './side.ts';
import { Refusal, walk } from './walk.ts';

type Result = { readonly state?: string; readonly errorCode?: string };

const ORDER = '{ ... on Order { id state } ... on ErrorResult { errorCode } }';
const add = `mutation ($id: ID!) { step: addItemToOrder(productVariantId: $id, quantity: 1) ${ORDER} }`;
const customer = `mutation ($input: CreateCustomerInput!) { step: setCustomerForOrder(input: $input) ${ORDER} }`;
const address = `mutation ($input: CreateAddressInput!) { step: setOrderShippingAddress(input: $input) ${ORDER} }`;
const shipping = `mutation ($ids: [ID!]!) { step: setOrderShippingMethod(shippingMethodId: $ids) ${ORDER} }`;
const arrange = `mutation { step: transitionOrderToState(state: "ArrangingPayment") ${ORDER} }`;
const pay = `mutation ($input: PaymentInput!) { step: addPaymentToOrder(input: $input) ${ORDER} }`;

const home = { streetLine1: '1 Quay Street', city: 'Hamburg', postalCode: '20095', countryCode: 'DE' };

const stateOf = ({ data }: Told): string | undefined => {
  const { state, errorCode } = data['step'] as Result;
  if (errorCode !== undefined) throw new Refusal(errorCode);
  return state;
};

/** A guest's order of one unit, from an empty cart in a session of its own to a settled payment. */
export const checkout = (shop: Graphql, variantId: string, shippingMethod: string, key: string): Promise<Ended> =>
  walk(async (lastCall) => {
    const added = await shop(add, { id: variantId });
    stateOf(added);
    const step = async (query: string, variables: object = {}) => stateOf(await shop(query, variables, added.token));
    const input = { firstName: 'Ada', lastName: 'Buyer', emailAddress: `${key}@example.com` };
    await step(customer, { input });
    await step(address, { input: { fullName: 'Ada Buyer', ...home } });
    await step(shipping, { ids: [shippingMethod] });
    await step(arrange);
    const state = await lastCall(step(pay, { input: { method: 'sandbox', metadata: {} } }));
    if (state !== 'PaymentSettled') throw new Error(`paid, but the order is ${state}`);
  });
