import { expect, test } from 'vitest';
import { everyStage, type Json } from './synthesis.ts';

/** What changes with every route, or is tuned, and has a test of its own. */
const settled = (text: string) =>
  text.replace(/(RestDeployment)[0-9A-F]{8}[0-9a-f]{32}/g, '$1').replace(/"TIMES":"(?:[^"\\]|\\.)*"/g, '"TIMES":"..."');
/** Said of every stack alike, or proven by a test of its own. */
const silent = new Set([
  'AWS::CDK::Metadata',
  'AWS::ApiGateway::GatewayResponse',
  'AWS::ApiGateway::Resource',
  'AWS::Lambda::Permission',
]);

const resource = (id: string, { Type, Properties, ...others }: Json) =>
  [
    `  ${id} (${Type})`,
    ...Object.entries({ ...Properties, ...others }).map(([name, value]) => `    ${name}: ${JSON.stringify(value)}`),
  ].join('\n');

/** One line for each property: what a change of the constructs does to a stage is read off the snapshot's difference. */
test.each(everyStage())('the templates of %s', async (stage, { stacks }) => {
  const text = stacks
    .map(({ name, template }) =>
      [
        name,
        ...Object.entries<Json>(template.Resources)
          .filter(([, { Type }]) => !silent.has(Type))
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([id, its]) => resource(id, its)),
      ].join('\n'),
    )
    .join('\n\n');
  await expect(`${settled(text)}\n`).toMatchFileSnapshot(`snapshots/${stage}.snap`);
});
