import { isDeepStrictEqual } from 'node:util';
import type { StageName } from '#platform/manifest';
import type { FormatValue } from './property-formats.ts';
import { isOmitted, TYPE_FORMATS } from './resource-formats.ts';
import { createStackFormat, shortTypeOf, typeNameOf } from './stack-format.ts';
import { formatStatement, isDeliveryByRule, joinLeadingKeys } from './statement-format.ts';
import type { Json, Resource, Synthesis } from './synthesis.ts';

/** A fact about a resource, on its line or on a line below it. Several facts may share a key. */
export type Fact = { readonly key: string; readonly text: string; readonly below: boolean };
type Entry = { readonly type: string; readonly title: string; readonly facts: readonly Fact[] };

/**
 * The resources of a stage and who may do what with them: one line for each resource, and below it what its role or its policy
 * allows. A type or a property is left out only where a table in resource-formats.ts says so. What the tables do not contain is
 * written as it stands in the template.
 */
export const summaryOf = (stage: StageName, { stacks, resources }: Synthesis): string => {
  const sections = stacks.map(({ name, template, protected: isProtected }) => ({
    title: `${name}${isProtected ? ' (protected from deletion)' : ''}`,
    entries: entriesOf(
      stage,
      resources.filter(({ stack }) => stack === name),
      template.Parameters ?? {},
    ),
  }));
  const common = commonFacts(sections.flatMap(({ entries }) => entries));
  const lines = [
    'Common to the resources of a type, unless a line says otherwise:',
    ...[...common].flatMap(([type, facts]) => wrap(2, `${typeNameOf(type)}: `, [...facts.values()])),
    ...sections.flatMap(({ title, entries }) => [
      '',
      title,
      ...entries.flatMap((entry) => linesOf(entry, common.get(entry.type))),
    ]),
  ];
  return `${lines.join('\n')}\n`;
};

/** An entry for every resource of a stack that is not a part of another, by logical id, with the facts of its parts. */
const entriesOf = (stage: StageName, resources: readonly Resource[], parameters: Json): readonly Entry[] => {
  const { titleOf, wholeOf, formatFor } = createStackFormat(stage, resources, parameters);
  const factsOf = (resource: Resource, owner: Resource): readonly Fact[] => [
    ...ownFacts(resource, owner, formatFor(owner)),
    ...resources.filter((part) => wholeOf(part) === resource).flatMap((part) => factsOf(part, owner)),
  ];
  const entries = resources
    .filter((resource) => !isOmitted(resource) && !wholeOf(resource))
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .map((resource) => ({
      type: resource.Type,
      title: titleOf(resource),
      facts: joinAlarms(factsOf(resource, resource)),
    }));
  return joinCounted(joinHeads(entries));
};

const ALARM = 'AWS::CloudWatch::Alarm';
/** Alarms on metrics that functions report are one entry of a stack where they differ in nothing but the metric and the page. */
const joinCounted = (entries: readonly Entry[]): readonly Entry[] => {
  const own = (entry: Entry) => [textOf('MetricName', entry), textOf('AlarmDescription', entry)];
  const isCounted = (entry: Entry) => entry.title === `${typeNameOf(ALARM)} Counted${own(entry)[0]}Alarm`;
  const shared = ({ facts }: Entry) => facts.filter(({ key }) => key !== 'MetricName' && key !== 'AlarmDescription');
  const alike = (entry: Entry) =>
    entries.filter((other) => isCounted(other) && isDeepStrictEqual(shared(other), shared(entry)));
  return entries.flatMap((entry) => {
    const joined = isCounted(entry) ? alike(entry) : [];
    if (joined.length < 2) return [entry];
    if (joined[0] !== entry) return [];
    const pages = joined.map((alarm) => ({ key: 'MetricName', text: own(alarm).join(' '), below: false }));
    return [{ ...entry, title: `${typeNameOf(ALARM)} Counted<Metric>Alarm`, facts: [...shared(entry), ...pages] }];
  });
};

const HEAD = /(?<= )HEAD(?= )|HEAD(?=\)$)/g;

/** A HEAD method is on the line of its GET method where it does the same, which is the rule. */
const joinHeads = (entries: readonly Entry[]): readonly Entry[] => {
  const textsOf = ({ facts }: Entry) => facts.map(({ text }) => text).join('\n');
  const getOf = (head: Entry) =>
    head.type === 'AWS::ApiGateway::Method' && head.title.search(HEAD) >= 0
      ? entries.find(
          (get) => get.title === head.title.replaceAll(HEAD, 'GET') && get !== head && textsOf(get) === textsOf(head),
        )
      : undefined;
  const gets = new Map(entries.map((entry) => [entry, getOf(entry)]));
  const joined = new Set(gets.values());
  return entries
    .filter((entry) => !gets.get(entry))
    .map((entry) => (joined.has(entry) ? { ...entry, title: entry.title.replace(' GET ', ' GET, HEAD ') } : entry));
};

/** Attributes of a resource that are formatted elsewhere or have no effect on what it does. */
const OTHER_ATTRIBUTES: ReadonlySet<string> = new Set([
  ...['stack', 'id', 'Type', 'Properties', 'DeletionPolicy', 'UpdateReplacePolicy'],
  ...['DependsOn', 'Metadata'],
]);

/** The facts of a resource on the line of `owner`: itself, or the resource that it is a part of. */
const ownFacts = (resource: Resource, owner: Resource, format: FormatValue): readonly Fact[] => {
  const { nameProperty: name, properties: formats = {} } = TYPE_FORMATS[resource.Type] ?? {};
  const order = Object.keys(formats);
  const rank = (property: string) => (order.includes(property) ? order.indexOf(property) : order.length);
  const type = shortTypeOf(resource.Type);
  const prefix = resource === owner ? '' : `${type}.`;

  const properties = Object.entries<Json>(resource.Properties)
    .filter(([property, value]) => !(property === name && typeof value === 'string'))
    .filter(([property]) => property !== 'Tags'); // stages.test.ts compares them
  const attributes = Object.entries<Json>(resource).filter(([attribute]) => !OTHER_ATTRIBUTES.has(attribute));
  const facts = [...properties, ...attributes]
    .sort(([a], [b]) => rank(a) - rank(b))
    .flatMap(([property, value]): readonly Fact[] => {
      if (property === 'PolicyDocument' || property === 'KeyPolicy')
        return joinLeadingKeys(
          [value.Statement]
            .flat()
            .filter((statement: Json) => !isDeliveryByRule(statement))
            .map((statement: Json) => formatStatement(statement, format)),
        );
      const text = formats[property]?.(value, format, { resource, owner }) ?? `${property} ${format(value)}`;
      return text ? [{ key: `${prefix}${property}`, text, below: false }] : [];
    })
    .concat(removalFact(resource, prefix));
  if (resource === owner) return facts;
  if (resource.Type === 'AWS::CloudWatch::Alarm') return [alarmFact(facts, prefix)];
  if (resource.Type !== 'AWS::Lambda::EventSourceMapping') return facts;
  return [{ key: type, text: facts.map((fact) => fact.text).join('; '), below: true }];
};

const ALARM_KEY = 'Alarm of ';

/** What all alarms share is in the first lines, and alarms.test.ts checks it. The key has the page, by which alarms are joined. */
const alarmFact = (facts: readonly Fact[], prefix: string): Fact => {
  const { sharedProperties = [] } = TYPE_FORMATS[ALARM] ?? {};
  const own = facts.filter(({ key }) => !sharedProperties.includes(key.slice(prefix.length)));
  const [page, ...texts] = own.sort(
    (a, b) => Number(b.key === `${prefix}AlarmDescription`) - Number(a.key === `${prefix}AlarmDescription`),
  );
  const text = texts.map((fact) => fact.text).join(', ');
  return {
    key: `${ALARM_KEY}${page?.text}`,
    text: text.replace(/^(.*), Sum, > 0, in 300 s$/, 'first $1'),
    below: false,
  };
};

/** The alarms of a resource that have the same page are one fact. */
const joinAlarms = (facts: readonly Fact[]): readonly Fact[] => {
  const byKey = Map.groupBy(facts, ({ key }) => key);
  return facts.flatMap((fact) => {
    if (!fact.key.startsWith(ALARM_KEY)) return [fact];
    const alike = byKey.get(fact.key) ?? [];
    if (alike[0] !== fact) return [];
    return [
      { ...fact, text: `alarm ${alike.map(({ text }) => text).join(', ')}: ${fact.key.slice(ALARM_KEY.length)}` },
    ];
  });
};

const removalFact = ({ DeletionPolicy, UpdateReplacePolicy }: Resource, prefix: string): readonly Fact[] => {
  const [onDeletion, onReplacement] = [DeletionPolicy ?? 'Delete', UpdateReplacePolicy ?? 'Delete'];
  if (onDeletion === 'Delete' && onReplacement === 'Delete') return [];
  const isRetained = onReplacement === 'Retain';
  const policy =
    isRetained && (onDeletion === 'Retain' || onDeletion === 'RetainExceptOnCreate')
      ? `RETAIN${onDeletion === 'Retain' ? '' : ' once created'}`
      : `${onDeletion} on deletion, ${onReplacement} on replacement`;
  return [{ key: `${prefix}DeletionPolicy`, text: `${prefix.replace('.', ' ')}${policy}`, below: false }];
};

const textOf = (key: string, { facts }: Entry) =>
  facts
    .filter((fact) => fact.key === key)
    .map(({ text }) => text)
    .join('; ');

type CommonFacts = ReadonlyMap<string, string>;

/** By type, the text of each common key that more than half of the resources share. */
const commonFacts = (entries: readonly Entry[]): ReadonlyMap<string, CommonFacts> => {
  const byType = new Map<string, CommonFacts>();
  for (const [type, { sharedProperties: common = [] }] of Object.entries(TYPE_FORMATS)) {
    const ofType = entries.filter((entry) => entry.type === type);
    const facts = common.flatMap((key) => {
      const texts = ofType.map((entry) => textOf(key, entry));
      const majority = texts.find((text) => text && texts.filter((other) => other === text).length > texts.length / 2);
      return majority ? [[key, majority] as const] : [];
    });
    if (facts.length > 0) byType.set(type, new Map(facts));
  }
  return byType;
};

const linesOf = (entry: Entry, common: CommonFacts = new Map()): readonly string[] => {
  const shown = entry.facts.filter(({ key }) => common.get(key) !== textOf(key, entry));
  const missing = [...common].filter(([key]) => !textOf(key, entry)).map(([, text]) => `NOT ${text}`);
  const onLine = [...shown.filter(({ below }) => !below).map(({ text }) => text), ...missing];
  return [
    ...wrap(2, `${entry.title}${onLine.length > 0 ? ': ' : ''}`, onLine),
    ...shown.filter(({ below }) => below).flatMap(({ text }) => wrap(4, '', [text])),
  ];
};

const WIDTH = 160;

/** Writes the facts on one line, and on further lines where they do not fit. */
const wrap = (indent: number, start: string, facts: readonly string[]): readonly string[] => {
  const [first = '', ...remaining] = facts.join('; ').split('; ');
  const lines = [`${' '.repeat(indent)}${start}${first}`];
  for (const fact of remaining) {
    const extended = `${lines.at(-1)}; ${fact}`;
    if (extended.length <= WIDTH) lines[lines.length - 1] = extended;
    else lines.push(`${' '.repeat(indent + 4)}${fact}`);
  }
  return lines;
};
