import { stateMachineArn } from '../arns.ts';
import type { Definition } from './definition.ts';

/** A workflow as Step Functions has it. */
export type Machine = {
  readonly name: string;
  readonly arn: string;
  readonly parsed: Definition;
  readonly definition: string;
};

export const makeMachine = (name: string, parsed: Definition): Machine => ({
  name,
  arn: stateMachineArn(name),
  parsed,
  definition: JSON.stringify(parsed),
});
