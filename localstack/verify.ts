import { checks } from './checks.ts';
import { templates } from './deploy.ts';
import { type Deployed, deployed } from './deployed.ts';
import lacking from './lacking.json' with { type: 'json' };

const AT_ONCE = 8;

/** Why the resource is not there, or undefined where its service says that it is. */
const objection = async (it: Deployed): Promise<string | undefined> => {
  const check = checks[it.type];
  if (!check) return 'no check is known for its type: add one, or say in lacking.json why there can be none';
  if (!it.id) return 'CloudFormation has no name for it';
  try {
    return (await check(it)) ? undefined : 'its service has it otherwise than the template says';
  } catch (error) {
    return String(error);
  }
};

/** Asks the services for every resource that was synthesised; answers how many there are, or throws what is missing. */
export const verifyResources = async (): Promise<number> => {
  const resources = (await Promise.all((await templates()).map(deployed))).flat();
  const types = new Set(resources.map(({ type }) => type));
  const failures = Object.keys(lacking)
    .filter((type) => !types.has(type) || checks[type])
    .map((type) => `${type}: lacking.json names it without need`);
  const expected = resources.filter(({ type }) => !(type in lacking));
  for (let at = 0; at < expected.length; at += AT_ONCE) {
    const objections = await Promise.all(
      expected.slice(at, at + AT_ONCE).map(async (it) => {
        const why = await objection(it);
        return why === undefined ? [] : [`${it.stack} ${it.logicalId} (${it.type}): ${why}`];
      }),
    );
    failures.push(...objections.flat());
  }
  if (failures.length > 0) throw new Error(`${failures.length} resources are not there:\n${failures.join('\n')}`);
  return expected.length;
};
