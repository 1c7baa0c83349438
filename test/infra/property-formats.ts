import type { Json, Resource } from './synthesis.ts';

/** Formats a value of a template: a reference as the resource's name, an ARN or name without the prefix that all share. */
export type FormatValue = (value: Json) => string;

type FormattedResource = { readonly resource: Resource; readonly owner: Resource };

/** Formats a property; the empty string leaves it out. `owner` is the resource on whose line the text stands. */
export type FormatProperty = (value: Json, format: FormatValue, { resource, owner }: FormattedResource) => string;

export type TypeFormat = {
  /** The property that holds the resource's name. By default its logical id is its name. */
  readonly name?: string;
  /** In the order of the summary. Any other property follows as it stands in the template. */
  readonly properties?: Readonly<Record<string, FormatProperty>>;
  /** Facts that most resources of the type share. A summary states them once, at its top, and again only where a resource differs. */
  readonly common?: readonly string[];
};

export const omitted: FormatProperty = () => '';
export const labelled =
  (prefix: string, suffix = ''): FormatProperty =>
  (value, format) =>
    `${prefix}${format(value)}${suffix}`;
/** The resource that a part belongs to. A part on that resource's own line needs no such text. */
export const ofOwner =
  (prefix: string): FormatProperty =>
  (value, format, { resource, owner }) =>
    resource === owner ? `${prefix}${format(value)}` : '';
export const flag =
  (label: string): FormatProperty =>
  (value, format) =>
    value === true ? label : `not ${label}: ${format(value)}`;
/** The properties of an object that have no format of their own. */
export const formatRemaining = (remaining: Json, format: FormatValue) =>
  Object.keys(remaining).length > 0 ? ` ${format(remaining)}` : '';
export const keySchema = (keys: Json) => keys.map(({ AttributeName }: Json) => AttributeName).join('+');
/** The function that API Gateway invokes by this URI. */
export const invokedFunction = (uri: string) => /function:([^/]+)\/invocations$/.exec(uri)?.[1] ?? uri;

/** The service that may assume a role. */
export const assumedBy: FormatProperty = (document, format) => {
  const [{ Action, Effect, Principal, ...remaining }, ...more] = document.Statement;
  const plain =
    Effect === 'Allow' && Action === 'sts:AssumeRole' && more.length === 0 && Object.keys(remaining).length === 0;
  return plain && Principal.Service ? `assumed by ${Principal.Service}` : `assumed by ${format(document.Statement)}`;
};
