import { ACCOUNT, busArn, nameIn, REGION } from './arns.ts';
import { allow } from './lambda/grants.ts';
import { type Clock, type Service, ServiceError } from './service.ts';

type Entry = {
  readonly Source?: string;
  readonly DetailType?: string;
  readonly Detail?: string;
  readonly EventBusName?: string;
  readonly Resources?: readonly string[];
};

/** Everything with this detail type goes to this target, as a rule of a consumer's stack says. */
export type Rule = { readonly detailType: string; readonly send: (envelope: string) => void };

type Options = {
  readonly name: string;
  readonly rules: readonly Rule[];
  readonly clock: Clock;
  readonly newId: () => string;
};

const LARGEST_REQUEST = 262_144;

const invalid = (message: string) => new ServiceError('ValidationException', message);

const sizeOf = ({ Source = '', DetailType = '', Detail = '', Resources = [] }: Entry): number =>
  [Source, DetailType, Detail, ...Resources].reduce((bytes, text) => bytes + Buffer.byteLength(text), 0);

const isObject = (text: string): boolean => {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
};

/** What is wrong with one entry: that entry fails alone, inside an answer of 200. */
const fault = ({ Source, DetailType, Detail }: Entry) => {
  const absent = Object.entries({ Source, DetailType, Detail }).find(([, value]) => !value);
  if (absent) return { ErrorCode: 'InvalidArgument', ErrorMessage: `Parameter ${absent[0]} is not valid.` };
  return isObject(Detail ?? '') ? undefined : { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };
};

/** One EventBridge bus with its rules. */
export const eventBus = ({ name, rules, clock, newId }: Options): Service => {
  const check = (asked: string) => {
    if (nameIn(asked).replace(/^event-bus\//, '') !== name)
      throw new ServiceError('ResourceNotFoundException', `Event bus ${asked} does not exist.`);
  };

  const publish = (entry: Entry): object => {
    const error = fault(entry);
    if (error) return error;
    const id = newId();
    const envelope = JSON.stringify({
      version: '0',
      id,
      'detail-type': entry.DetailType,
      source: entry.Source,
      account: ACCOUNT,
      time: `${new Date(clock.now()).toISOString().slice(0, 19)}Z`,
      region: REGION,
      resources: entry.Resources ?? [],
      detail: JSON.parse(entry.Detail ?? ''),
    });
    for (const rule of rules) if (rule.detailType === entry.DetailType) rule.send(envelope);
    return { EventId: id };
  };

  return {
    target: 'AWSEvents',
    operations: {
      PutEvents({ Entries = [] }: { readonly Entries?: readonly Entry[] }, caller) {
        allow(caller, 'PutEvents', [name]);
        if (Entries.length < 1 || Entries.length > 10) throw invalid('PutEvents takes 1 to 10 entries.');
        if (Entries.reduce((bytes, entry) => bytes + sizeOf(entry), 0) > LARGEST_REQUEST)
          throw invalid('Total size of the entries in the request is over the limit.');
        for (const { EventBusName } of Entries) check(EventBusName ?? 'default');
        const answers = Entries.map(publish);
        return { FailedEntryCount: answers.filter((answer) => 'ErrorCode' in answer).length, Entries: answers };
      },
      DescribeEventBus({ Name = 'default' }: { readonly Name?: string }, caller) {
        allow(caller, 'DescribeEventBus', [name]);
        check(Name);
        return { Name: name, Arn: busArn(name) };
      },
    },
  };
};
