import { ACCOUNT_ID, afterLastColon, eventBusArn, REGION } from '../arns.ts';
import { findAtPath } from '../json-path.ts';
import { authorize, type Clock, type Service, ServiceError } from '../service.ts';

type Entry = {
  readonly Source?: string;
  readonly DetailType?: string;
  readonly Detail?: string;
  readonly EventBusName?: string;
  readonly Resources?: readonly string[];
};

/** Sends every event of this detail type to one target: a queue, or whatever `send` calls. */
export type Rule = {
  readonly detailType: string;
  /** The message group of what is sent to a queue: a value, or a path of names into the event, such as `$.detail.owner`. */
  readonly messageGroupId?: string;
  readonly send: (envelope: string, messageGroup: string | undefined) => void;
};

type Options = {
  readonly name: string;
  readonly rules: readonly Rule[];
  readonly clock: Clock;
  readonly newId: () => string;
};

const MAX_REQUEST_BYTES = 262_144;

const invalid = (message: string) => new ServiceError('ValidationException', message);

const entryBytes = ({ Source = '', DetailType = '', Detail = '', Resources = [] }: Entry): number =>
  [Source, DetailType, Detail, ...Resources].reduce((bytes, text) => bytes + Buffer.byteLength(text), 0);

const isObject = (text: string): boolean => {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
};

/** The text at the path, or the value itself if it is no path. Undefined where the event has no text. */
const evaluate = (pathOrValue: string, event: object): string | undefined => {
  const found = pathOrValue.startsWith('$.') ? findAtPath(pathOrValue, event) : pathOrValue;
  return typeof found === 'string' ? found : undefined;
};

/** Returns the error of one entry, if it has one. That entry fails alone, within a response of 200. */
const findEntryError = ({ Source, DetailType, Detail }: Entry) => {
  const missing = Object.entries({ Source, DetailType, Detail }).find(([, value]) => !value);
  if (missing) return { ErrorCode: 'InvalidArgument', ErrorMessage: `Parameter ${missing[0]} is not valid.` };
  return isObject(Detail ?? '') ? undefined : { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };
};

/** EventBridge with one bus and its rules. */
export const createEventBus = ({ name, rules, clock, newId }: Options): Service => {
  const toBusName = (nameOrArn: string) => afterLastColon(nameOrArn).replace(/^event-bus\//, '');
  const requireBus = (nameOrArn: string) => {
    if (toBusName(nameOrArn) !== name)
      throw new ServiceError('ResourceNotFoundException', `Event bus ${nameOrArn} does not exist.`);
  };

  const publish = (entry: Entry): object => {
    const error = findEntryError(entry);
    if (error) return error;
    const id = newId();
    const event = {
      version: '0',
      id,
      'detail-type': entry.DetailType,
      source: entry.Source,
      account: ACCOUNT_ID,
      time: `${new Date(clock.now()).toISOString().slice(0, 19)}Z`,
      region: REGION,
      resources: entry.Resources ?? [],
      detail: JSON.parse(entry.Detail ?? ''),
    };
    const envelope = JSON.stringify(event);
    for (const { detailType, messageGroupId, send } of rules)
      if (detailType === entry.DetailType)
        send(envelope, messageGroupId === undefined ? undefined : evaluate(messageGroupId, event));
    return { EventId: id };
  };

  return {
    targetPrefix: 'AWSEvents',
    operations: {
      PutEvents({ Entries = [] }: { readonly Entries?: readonly Entry[] }, caller) {
        const buses = Entries.map(({ EventBusName = 'default' }) => EventBusName);
        authorize(caller, 'PutEvents', buses.map(toBusName));
        if (Entries.length < 1 || Entries.length > 10) throw invalid('PutEvents takes 1 to 10 entries.');
        if (Entries.reduce((bytes, entry) => bytes + entryBytes(entry), 0) > MAX_REQUEST_BYTES)
          throw invalid('Total size of the entries in the request is over the limit.');
        for (const bus of buses) requireBus(bus);
        const results = Entries.map(publish);
        return { FailedEntryCount: results.filter((result) => 'ErrorCode' in result).length, Entries: results };
      },
      DescribeEventBus({ Name = 'default' }: { readonly Name?: string }, caller) {
        authorize(caller, 'DescribeEventBus', [toBusName(Name)]);
        requireBus(Name);
        return { Name: name, Arn: eventBusArn(name) };
      },
    },
  };
};
