import { toArn } from '../arns.ts';
import { authorize, type Service, ServiceError } from '../service.ts';

/** Parameter Store of Systems Manager over a fixed set of parameters: text by full name. */
export const createParameterStore = (values: ReadonlyMap<string, string>): Service => ({
  targetPrefix: 'AmazonSSM',
  operations: {
    GetParameter({ Name }: { readonly Name: string }, caller) {
      authorize(caller, 'GetParameter', [Name]);
      const Value = values.get(Name);
      if (Value === undefined) throw new ServiceError('ParameterNotFound', `There is no parameter ${Name}.`);
      return { Parameter: { ARN: toArn('ssm', `parameter${Name}`), Name, Type: 'String', Value, Version: 1 } };
    },
  },
});
