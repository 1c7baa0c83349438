import { names, type StageName } from '#platform/manifest';
import type { FormatValue } from './property-formats.ts';
import { TYPE_FORMATS } from './resource-formats.ts';
import { PART_OF } from './resource-parts.ts';
import { type Json, pathOf, type Resource } from './synthesis.ts';

/** `SQS::Queue` of `AWS::SQS::Queue`. */
export const typeNameOf = (type: string) => type.replace(/^AWS::/, '');
/** `Queue` of `AWS::SQS::Queue`. */
export const shortTypeOf = (type: string) => type.slice(type.lastIndexOf(':') + 1);

/** Names the resources of a stack and formats the values of its template. */
export const createStackFormat = (stage: StageName, resources: readonly Resource[], parameters: Json) => {
  const stageNames = names(stage);
  const ids = stableIds(stage, resources);

  /** A name without the project and the stage, which all names share. */
  const shorten = (name: string) =>
    name === stageNames.prefix
      ? 'breakwater'
      : name
          .replaceAll(`${stageNames.prefix}-`, '')
          .replaceAll(`${stageNames.secrets}/`, '')
          .replace(new RegExp(`/${stageNames.prefix}(?![\\w-])`), '');
  /** Of an ARN in the stage's own account and region, only the last part. */
  const shortenArn = (value: string) =>
    shorten(value.replace(/^arn:<Partition>:[a-z0-9-]+:(?:<Region>)?:(?:<AccountId>)?:/, ''));

  const idOf = ({ id }: Resource) => ids.get(id) ?? id;
  const nameOf = (resource: Resource): string => {
    const { Type, Properties } = resource;
    if (Type === 'AWS::ApiGateway::Method')
      return `${Properties.HttpMethod} ${pathOf(resources, Properties.ResourceId)}`;
    const name = Properties[TYPE_FORMATS[Type]?.nameProperty ?? ''];
    return typeof name === 'string' ? shorten(name) : idOf(resource);
  };
  const titleOf = (resource: Resource) => {
    const [name, id] = [nameOf(resource), idOf(resource)];
    return `${typeNameOf(resource.Type)} ${name}${name === id ? '' : ` (${id})`}`;
  };

  /** The resource that this one is a part of. */
  const wholeOf = (part: Resource): Resource | undefined => {
    const [whole, ...others] = resources.filter((candidate) => PART_OF[part.Type]?.(part, candidate, resources));
    return others.length > 0 ? undefined : whole;
  };
  const ownerOf = (part: Resource): Resource => {
    const whole = wholeOf(part);
    return whole ? ownerOf(whole) : part;
  };

  /** A resource or parameter by its logical id, as the line of `owner` refers to it. */
  const reference = (id: string, owner: Resource): string => {
    const resource = resources.find((candidate) => candidate.id === id);
    if (!resource)
      return id in parameters ? `parameter ${shorten(parameters[id].Default)}` : `<${id.replace('AWS::', '')}>`;
    if (resource === owner) return 'it';
    const type = shortTypeOf(resource.Type);
    return ownerOf(resource) === owner ? `its ${type}` : `${type} ${nameOf(resource)}`;
  };
  const formatFor = (owner: Resource): FormatValue => {
    const format: FormatValue = (value) => {
      if (Array.isArray(value)) return value.map(format).join(', ');
      if (typeof value !== 'object' || value === null) return shortenArn(String(value));
      if (value.Ref) return reference(value.Ref, owner);
      if (value['Fn::GetAtt']) {
        const [id, attribute] = value['Fn::GetAtt'];
        return `${reference(id, owner)}${/^(Arn|QueueName)$/.test(attribute) ? '' : `.${attribute}`}`;
      }
      if (value['Fn::Join']) {
        const [separator, parts] = value['Fn::Join'];
        return shortenArn(parts.map((part: Json) => (typeof part === 'string' ? part : format(part))).join(separator));
      }
      const entries = Object.entries<Json>(value).map(
        ([name, nested]) => `${name}: ${Array.isArray(nested) ? `[${format(nested)}]` : format(nested)}`,
      );
      return `{${entries.join(', ')}}`;
    };
    return format;
  };
  return { titleOf, wholeOf, formatFor };
};

/** Logical ids without the hashes that the CDK appends, unless two ids differ only by their hashes. */
const stableIds = (stage: StageName, resources: readonly Resource[]): ReadonlyMap<string, string> => {
  const withoutHash = ({ id }: Resource) => id.replace(/([0-9A-F]{8})+([0-9a-f]{32})?$/, '');
  // the CDK appends the stack's path to some ids
  const withoutPath = (resource: Resource) => withoutHash(resource).replace(new RegExp(`breakwater${stage}.*$`), '');
  const isUnique = (resource: Resource, shortId: (resource: Resource) => string) =>
    resources.every((other) => other === resource || shortId(other) !== shortId(resource));
  return new Map(
    resources.map((resource) => [
      resource.id,
      [withoutPath, withoutHash].find((shortId) => isUnique(resource, shortId))?.(resource) ?? resource.id,
    ]),
  );
};
