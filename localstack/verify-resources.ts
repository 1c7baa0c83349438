import { type DeployedResource, listDeployedResources } from './deployed-resources.ts';
import { resourceChecks } from './resource-checks.ts';
import { readTemplates } from './stacks.ts';
import unverifiableTypes from './unverifiable-types.json' with { type: 'json' };

const MAX_CONCURRENT_CHECKS = 8;

/** Why the resource is not as its template describes it, or undefined if it is. */
const findProblem = async (resource: DeployedResource): Promise<string | undefined> => {
  const check = resourceChecks[resource.type];
  if (!check) return 'there is no check for its type: add one, or say in unverifiable-types.json why there can be none';
  if (!resource.id) return 'CloudFormation has no physical id for it';
  try {
    return (await check(resource)) ? undefined : 'it differs from its template';
  } catch (error) {
    return String(error);
  }
};

/** Checks every deployed resource at its service. Returns their number, and throws an error that lists what is missing. */
export const verifyResources = async (): Promise<number> => {
  const resources = (await Promise.all((await readTemplates()).map(listDeployedResources))).flat();
  const types = new Set(resources.map(({ type }) => type));
  const problems = Object.keys(unverifiableTypes)
    .filter((type) => !types.has(type) || resourceChecks[type])
    .map((type) => `${type}: unverifiable-types.json need not list it`);
  const verifiable = resources.filter(({ type }) => !(type in unverifiableTypes));
  for (let start = 0; start < verifiable.length; start += MAX_CONCURRENT_CHECKS) {
    const batchProblems = await Promise.all(
      verifiable.slice(start, start + MAX_CONCURRENT_CHECKS).map(async (resource) => {
        const problem = await findProblem(resource);
        return problem === undefined ? [] : [`${resource.stack} ${resource.logicalId} (${resource.type}): ${problem}`];
      }),
    );
    problems.push(...batchProblems.flat());
  }
  if (problems.length > 0)
    throw new Error(`${problems.length} resources are missing or wrong:\n${problems.join('\n')}`);
  return verifiable.length;
};
