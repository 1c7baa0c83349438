import { stateMachineArn } from '../arns.ts';
import type { Definition } from './definition.ts';

/** A state machine: its definition as text and as the interpreter reads it. */
export type Machine = {
  readonly name: string;
  readonly arn: string;
  readonly parsed: Definition;
  readonly definition: string;
};

export const createMachine = (name: string, parsed: Definition): Machine => ({
  name,
  arn: stateMachineArn(name),
  parsed,
  definition: JSON.stringify(parsed),
});
