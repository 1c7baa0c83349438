/** One part of the bench: what it measures and how the report shows it. */
export type Section<T> = {
  /** Its key in report.json and its name for `--only`. */
  readonly name: string;
  /** Its heading in the report. */
  readonly title: string;
  /** Measures everything that the section compares, in one run. With `quick` it takes less time and is less precise. */
  readonly measure: (quick: boolean) => Promise<T>;
  /** The measurement in Markdown, without the heading and the charts. */
  readonly text: (measured: T) => string;
  /** SVG by file name. */
  readonly charts: (measured: T) => Promise<Readonly<Record<string, string>>>;
  /** A sentence for each budget that is exceeded. */
  readonly brokenBudgets: (measured: T) => readonly string[];
};

/** The result of a section, whatever it measured. */
export type SectionReport = {
  readonly name: string;
  readonly title: string;
  readonly measured: unknown;
  readonly text: string;
  readonly charts: Readonly<Record<string, string>>;
  readonly brokenBudgets: readonly string[];
};

/** Hides the type of a section's measurement, so that sections fit into one list. */
export const toReporter =
  <T>({ name, title, measure, text, charts, brokenBudgets }: Section<T>) =>
  async (quick: boolean): Promise<SectionReport> => {
    const measured = await measure(quick);
    return {
      ...{ name, title, measured, text: text(measured) },
      ...{ charts: await charts(measured), brokenBudgets: brokenBudgets(measured) },
    };
  };
