import { ACCOUNT_ID, REGION } from '../arns.ts';
import { findAtPath, findField } from '../json-path.ts';
import type { Clock } from '../service.ts';

/** Each field must have one of these values, or exist. Fields without a pattern may have any value. */
export type EventPattern = { readonly [field: string]: EventPattern | readonly (string | { readonly exists: true })[] };

/** A rule with an input transformer: what it sends has the form of `input`, whose texts that start with `$.` are paths into the event. */
export type ServiceRule = {
  readonly pattern: EventPattern;
  readonly input: object;
  readonly messageGroupPath: string;
  readonly send: (body: string, messageGroup: string | undefined) => void;
};

/** What a service of AWS publishes. */
export type ServiceEvent = {
  readonly source: string;
  readonly detailType: string;
  readonly resources: readonly string[];
  readonly detail: object;
};

type Options = { readonly rules: readonly ServiceRule[]; readonly clock: Clock; readonly newId: () => string };

const matchesValue = (value: unknown, allowed: readonly (string | object)[]): boolean =>
  [value]
    .flat()
    .some((entry) => allowed.some((rule) => (typeof rule === 'string' ? rule === entry : entry !== undefined)));

const matches = (event: unknown, pattern: EventPattern): boolean =>
  Object.entries(pattern).every(([name, part]) => {
    const value = findField(event, name);
    return Array.isArray(part) ? matchesValue(value, part) : matches(value, part as EventPattern);
  });

const transform = (input: unknown, event: object): unknown => {
  if (typeof input === 'string') return input.startsWith('$.') ? findAtPath(input, event) : input;
  if (typeof input !== 'object' || input === null) return input;
  return Object.fromEntries(Object.entries(input).map(([name, value]) => [name, transform(value, event)]));
};

export type DefaultBus = { readonly publish: (event: ServiceEvent) => void };

/** The default bus of an account, on which the services of AWS publish. Nobody else may use their sources. */
export const createDefaultBus = ({ rules, clock, newId }: Options): DefaultBus => ({
  publish({ source, detailType, resources, detail }) {
    const event = {
      ...{ version: '0', id: newId(), 'detail-type': detailType, source, account: ACCOUNT_ID },
      ...{ time: `${new Date(clock.now()).toISOString().slice(0, 19)}Z`, region: REGION, resources, detail },
    };
    for (const { pattern, input, messageGroupPath, send } of rules) {
      if (!matches(event, pattern)) continue;
      const group = findAtPath(messageGroupPath, event);
      send(JSON.stringify(transform(input, event)), typeof group === 'string' ? group : undefined);
    }
  },
});
