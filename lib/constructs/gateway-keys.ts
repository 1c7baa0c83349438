import { type Stage as ApiStage, CfnApiKey, CfnUsagePlan, CfnUsagePlanKey } from 'aws-cdk-lib/aws-apigateway';
import { Construct } from 'constructs';
import {
  GATEWAY_KEYS,
  gatewayKeyName,
  gatewayKeyValue,
  names,
  type StageName,
  type Throttle,
} from '#platform/manifest';

export type GatewayKeysProps = { readonly stage: StageName; readonly throttle: Throttle; readonly apiStage: ApiStage };

/** The usage plan that bounds the requests of each gateway key. The authorizer says which key a caller has (ADR 93). */
export class GatewayKeys extends Construct {
  constructor(scope: Construct, id: string, { stage, throttle, apiStage }: GatewayKeysProps) {
    super(scope, id);
    const plan = new CfnUsagePlan(this, 'Plan', {
      usagePlanName: `${names(stage).prefix}-tenants`,
      throttle: { rateLimit: throttle.rate, burstLimit: throttle.burst },
      apiStages: [{ apiId: apiStage.restApi.restApiId, stage: apiStage.stageName }],
    });
    // API Gateway takes five CreateApiKey calls a second, and answers 409 to two changes of a plan's keys at once: one after the other
    let previous: CfnUsagePlanKey | undefined;
    for (let n = 0; n <= GATEWAY_KEYS; n += 1) {
      const [name, value] = [gatewayKeyName(stage, n), gatewayKeyValue(stage, n)];
      const key = new CfnApiKey(this, `Key${n}`, { name, value, enabled: true });
      if (previous) key.addResourceDependency(previous);
      previous = new CfnUsagePlanKey(this, `PlanKey${n}`, {
        keyId: key.ref,
        keyType: 'API_KEY',
        usagePlanId: plan.ref,
      });
    }
  }
}
