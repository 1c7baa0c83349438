import type { Json, Resource } from './synthesis.ts';

/** Formats a value of a template: a reference as the resource's name, an ARN or name without the prefix that all share. */
export type FormatValue = (value: Json) => string;

type FormattedResource = { readonly resource: Resource; readonly owner: Resource };

/** Formats a property; the empty string leaves it out. `owner` is the resource on whose line the text stands. */
export type FormatProperty = (value: Json, format: FormatValue, { resource, owner }: FormattedResource) => string;

export type TypeFormat = {
  /** The property that holds the resource's name. By default its logical id is its name. */
  readonly nameProperty?: string;
  /** In the order of the summary. Any other property follows as it stands in the template. */
  readonly properties?: Readonly<Record<string, FormatProperty>>;
  /** Facts that most resources of the type share. A summary states them once, at its top, and again only where a resource differs. */
  readonly sharedProperties?: readonly string[];
};

export const omitted: FormatProperty = () => '';
export const withLabel =
  (prefix: string, suffix = ''): FormatProperty =>
  (value, format) =>
    `${prefix}${format(value)}${suffix}`;
/** The resource that a part belongs to. A part on that resource's own line needs no such text. */
export const ownerLabel =
  (prefix: string): FormatProperty =>
  (value, format, { resource, owner }) =>
    resource === owner ? `${prefix}${format(value)}` : '';
export const booleanLabel =
  (label: string): FormatProperty =>
  (value, format) =>
    value === true ? label : value === false ? `not ${label}` : `${label}: ${format(value)}`;
/** The properties of an object that have no format of their own. */
export const formatRemaining = (remaining: Json, format: FormatValue) =>
  Object.keys(remaining).length > 0 ? ` ${format(remaining)}` : '';
export const formatKeySchema = (keys: Json) => keys.map(({ AttributeName }: Json) => AttributeName).join('+');
/** The function that API Gateway invokes by this URI. */
export const toFunctionName = (uri: string) => /function:([^/]+)\/invocations$/.exec(uri)?.[1] ?? uri;

/** The service that may assume a role. */
export const formatTrustPolicy: FormatProperty = (document, format) => {
  const [{ Action, Effect, Principal, ...remaining }, ...more] = document.Statement;
  const isPlain =
    Effect === 'Allow' && Action === 'sts:AssumeRole' && more.length === 0 && Object.keys(remaining).length === 0;
  return isPlain && Principal.Service ? `assumed by ${Principal.Service}` : `assumed by ${format(document.Statement)}`;
};

/** Every count of SQS is approximate. */
export const shortMetricName = (name: string): string => name.replace(/^(Approximate)?(NumberOf(?!Objects))?/, '');
export const formatDimensions: FormatProperty = (value, format) =>
  `of ${value.map(({ Value }: Json) => format(Value).replace(/^Queue /, '')).join(', ')}`;

/** The expression of an alarm on metrics of one queue, with the names of the metrics, and what they share. */
export const formatWatchedMetrics: FormatProperty = (metrics, format, { resource, owner }) => {
  const [{ Expression, Id: _, ReturnData: __, ...remaining }, ...watched] = metrics;
  const expression = watched.reduce(
    (text: string, { Id, MetricStat }: Json) => text.replaceAll(Id, shortMetricName(MetricStat.Metric.MetricName)),
    Expression,
  );
  const shared = new Set<string>(
    watched.map(({ MetricStat: { Metric, Stat, Period, ...others } }: Json) =>
      [
        ...(resource === owner ? [Metric.Namespace.replace(/^AWS\//, '')] : []),
        `${Stat}, in ${Period} s${formatRemaining(others, format)}`,
      ].join(', '),
    ),
  );
  return `${expression}, ${[...shared].join(', ')}${formatRemaining(remaining, format)}`;
};
