import { Duration } from 'aws-cdk-lib';
import { Effect, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  ApplicationLogLevel,
  Architecture,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
  SystemLogLevel,
  Tracing,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { type FunctionId, type FunctionSpec, names, workersOf } from '#platform/manifest';
import type { Deployment } from '../deployment.ts';
import { acknowledge } from '../nag.ts';
import { removalPolicy } from '../stages.ts';
import { permissionsOf } from './permissions.ts';
import { environmentOf } from './variables.ts';

export const TIMEOUT_SECONDS = 10;

export type ContextFunctionProps = {
  readonly deployment: Deployment;
  readonly id: FunctionId;
  readonly spec: FunctionSpec;
};

/** A function from its manifest, with a role of its own that allows what the manifest grants, and logs with a retention. */
export class ContextFunction extends Construct {
  readonly lambda: LambdaFunction;
  readonly role: Role;

  constructor(
    scope: Construct,
    name: string,
    { deployment: { stage, manifests, code, codeVersion }, id, spec }: ContextFunctionProps,
  ) {
    super(scope, name);
    const functionName = names(stage.name).fn(id);
    const workflows = manifests.flatMap((manifest) => Object.keys(manifest.workflows ?? {}));
    const reserved = spec.reservedBy && stage.reservedConcurrency[spec.reservedBy];
    const options = { stage, id, spec, workflows, workers: workersOf(...manifests) };

    const logGroup = new LogGroup(this, 'Logs', {
      logGroupName: `/aws/lambda/${functionName}`,
      retention: stage.logRetention,
      removalPolicy: removalPolicy(stage),
    });
    this.role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    this.role.addToPolicy(
      new PolicyStatement({
        effect: Effect.ALLOW,
        actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        resources: [logGroup.logGroupArn],
      }),
    );
    acknowledge(this.role, 'unnamedResources');
    for (const statement of permissionsOf(this, options)) this.role.addToPolicy(statement);

    this.lambda = new LambdaFunction(this, 'Function', {
      functionName,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      code: code(id),
      handler: 'index.handler',
      memorySize: stage.memoryMb,
      timeout: Duration.seconds(spec.timeoutSeconds ?? TIMEOUT_SECONDS),
      ...(reserved !== undefined && { reservedConcurrentExecutions: reserved }),
      environment: environmentOf(this, { ...options, codeVersion }),
      tracing: stage.tracing ? tracingOf(spec) : Tracing.DISABLED,
      logGroup,
      // Lambda's own log lines are a third of an order's log volume, and its metrics show the same
      loggingFormat: LoggingFormat.JSON,
      applicationLogLevelV2: ApplicationLogLevel.INFO,
      systemLogLevelV2: SystemLogLevel.WARN,
      role: this.role,
    });
  }
}

/**
 * Traces start at an API and in a workflow. Each invocation by a stream, a queue or a schedule would start another trace. X-Ray
 * samples the first request of each second and one in twenty of the others, so below one order a second every trace would be billed.
 */
const tracingOf = ({ streams, consumes, everyMinutes }: FunctionSpec) =>
  streams || consumes || everyMinutes ? Tracing.PASS_THROUGH : Tracing.ACTIVE;
