import { contexts } from '#contexts';
import { functionsOf, manifestsOn, names, type StageName, secretNamesOf, stageKindOf } from '#platform/manifest';
import { hasFirewall } from '../../lib/stages.ts';

/**
 * The fixed names of what a protected stage retains (ADR 98), by type. A resource of the account that has such a name and is in no stack makes
 * a deployment fail. Buckets have generated names.
 */
export const retainedNamesOf = (stage: StageName) => {
  const named = names(stage);
  const manifests = manifestsOn(stageKindOf(stage), contexts);
  const functions = functionsOf(...manifests);
  const workflows = manifests.flatMap(({ workflows = {} }) => Object.keys(workflows));
  return {
    'AWS::DynamoDB::Table': [named.table],
    'AWS::Events::EventBus': [named.bus],
    'AWS::SQS::Queue': functions.flatMap(({ id, spec }) => [
      ...(spec.consumes ? [named.queue(id), named.deadLetters(id), named.ruleDeadLetters(id)] : []),
      ...(spec.sends ?? []).map(named.queue),
      ...(spec.redrives ? [named.canaries] : []),
    ]),
    'AWS::Logs::LogGroup': [
      ...functions.map(({ id }) => `/aws/lambda/${named.fn(id)}`),
      ...workflows.map((id) => `/aws/vendedlogs/states/${named.workflow(id)}`),
      ...(hasFirewall(stage) ? [`aws-waf-logs-${named.prefix}-api`] : []),
    ],
    'AWS::SecretsManager::Secret': secretNamesOf(...manifests).map(named.secret),
  };
};
