import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { Api } from '../constructs/api.ts';
import { authorizerOf, type Deployment, routesOf } from '../deployment.ts';

export type ApiStackProps = StackProps & { readonly deployment: Deployment };

/** The product's API: the routes of every context that has no API of its own, behind one authorizer. */
export class ApiStack extends Stack {
  constructor(scope: Construct, id: string, { deployment: { stage, manifests }, ...props }: ApiStackProps) {
    super(scope, id, props);
    const api = new Api(this, 'Api', {
      stage,
      name: 'api',
      routes: routesOf(...manifests.filter(({ standalone }) => !standalone)),
      authorizer: authorizerOf(...manifests),
    });
    new CfnOutput(this, 'ApiUrl', { value: api.url });
    new CfnOutput(this, 'ApiId', { value: api.id });
  }
}
