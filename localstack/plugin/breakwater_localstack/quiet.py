"""Leaves out what LocalStack tells itself over HTTP at every turn and nobody here asks for: metrics of invocations, and the log of each
event of an execution, for which the execution waits. On AWS neither delays what it tells of."""

from localstack.runtime import hooks


@hooks.on_infra_start()
def be_quiet():
    from localstack.services.lambda_.invocation import metrics
    from localstack.services.stepfunctions.asl.eval.event.logging import CloudWatchLoggingSession

    def left_out(*_, **__) -> None:
        pass

    metrics.publish_lambda_metric = left_out
    CloudWatchLoggingSession.publish_history_log = left_out
