import type { Json, Resource, Synthesis } from './synthesis.ts';

/** What a dimension of a metric names: resources of a type, by one of their properties. */
export type AlarmTarget = { readonly dimensionName: string; readonly type: string; readonly nameProperty: string };

export const dimensionOf = ({ Properties }: Pick<Resource, 'Properties'>, name: string) =>
  Properties.Dimensions?.find(({ Name }: Json) => Name === name)?.Value;

/** The alarms of a stage. */
export const alarmsOf = ({ ofType }: Synthesis) => {
  /** One for each metric that an alarm watches: some watch a sum. */
  const alarms: readonly Resource[] = ofType('AWS::CloudWatch::Alarm').flatMap(({ Properties, ...alarm }) => {
    const { Metrics = [], ...properties } = Properties;
    const watched = Metrics.flatMap(({ MetricStat }: Json) => MetricStat ?? []);
    return watched.length === 0
      ? [{ ...alarm, Properties }]
      : watched.map(({ Metric, Stat, Period }: Json) => ({
          ...alarm,
          Properties: { ...properties, ...Metric, Statistic: Stat, Period },
        }));
  });
  /** What the alarms on a metric watch, by name: the value of a dimension, or the resource that it refers to. */
  const targetsOf = (metric: string, { dimensionName, type, nameProperty }: AlarmTarget) =>
    alarms
      .filter(({ Properties }) => Properties.MetricName === metric)
      .map((alarm) => {
        const value = dimensionOf(alarm, dimensionName);
        const id = value?.Ref ?? value?.['Fn::GetAtt']?.[0];
        const resource = ofType(type).find((candidate) => candidate.stack === alarm.stack && candidate.id === id);
        return resource?.Properties[nameProperty] ?? value;
      })
      .sort();
  return { alarms, targetsOf };
};
