"""Disables telemetry of LocalStack that the tests do not read: the metrics of invocations, and the log of each event of an
execution. LocalStack sends both over HTTP to itself, and an execution waits for its log. On AWS, neither delays anything."""

from localstack.runtime import hooks


@hooks.on_infra_start()
def disable_telemetry():
    from localstack.services.lambda_.invocation import metrics
    from localstack.services.stepfunctions.asl.eval.event.logging import CloudWatchLoggingSession

    def do_nothing(*_, **__) -> None:
        pass

    metrics.publish_lambda_metric = do_nothing
    CloudWatchLoggingSession.publish_history_log = do_nothing
