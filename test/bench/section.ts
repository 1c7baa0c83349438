/** One part of the bench: what it measures and how the report shows it. */
export type Section<T> = {
  /** Its key in report.json and its name for `--only`. */
  readonly name: string;
  /** Its heading in the report. */
  readonly title: string;
  /** What `--only` may select of the section. By default the section is one whole. */
  readonly parts?: readonly string[];
  /**
   * Measures everything that the section compares, in one run. With `quick` it takes less time and is less precise. With `parts` it
   * measures only these.
   */
  readonly measure: (quick: boolean, parts?: readonly string[]) => Promise<T>;
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

export type Reporter = {
  readonly parts: readonly string[];
  readonly report: (quick: boolean, parts?: readonly string[]) => Promise<SectionReport>;
  /** The report of what was measured before, as report.json has it. */
  readonly render: (measured: unknown) => Promise<SectionReport>;
};

/**
 * Hides the type of a section's measurement, so that sections fit into one list. A section that throws has a report that says so: it
 * breaks its budget, and the results of the other sections are kept.
 */
export const toReporter = <T>({
  name,
  title,
  parts = [],
  measure,
  text,
  charts,
  brokenBudgets,
}: Section<T>): Reporter => {
  const render = async (measured: T): Promise<SectionReport> => ({
    ...{ name, title, measured, text: text(measured) },
    ...{ charts: await charts(measured), brokenBudgets: brokenBudgets(measured) },
  });
  return {
    parts,
    render: (measured) => render(measured as T),
    async report(quick, selected) {
      try {
        return await render(await measure(quick, selected));
      } catch (error) {
        console.error(error);
        const failure = `${name} FAILED: ${error instanceof Error ? error.message : error}`;
        return { name, title, measured: undefined, text: failure, charts: {}, brokenBudgets: [failure] };
      }
    },
  };
};
