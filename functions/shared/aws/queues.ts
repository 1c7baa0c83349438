import { SQSClient } from '@aws-sdk/client-sqs';
import { options } from '#shared/aws/options';

export const queues = () => new SQSClient(options());
