/** One part of the bench: what it measures, and how that is told. */
export type Section<T> = {
  /** Its key in report.json, and what `--only` takes. */
  readonly name: string;
  /** Its heading in the report. */
  readonly title: string;
  /** Everything that it compares is measured here, in one run. With `quick` it takes less time and measures less well. */
  readonly measure: (quick: boolean) => Promise<T>;
  /** What was measured, in Markdown, without the heading and the charts. */
  readonly text: (measured: T) => string;
  /** SVG by file name. */
  readonly charts: (measured: T) => Promise<Readonly<Record<string, string>>>;
  /** The budgets that do not hold, in words. */
  readonly broken: (measured: T) => readonly string[];
};

/** What a section measured, and how it is told. */
export type Told = {
  readonly name: string;
  readonly title: string;
  readonly measured: unknown;
  readonly text: string;
  readonly charts: Readonly<Record<string, string>>;
  readonly broken: readonly string[];
};

/** Measures, and tells of it: whatever a section is of, the result is told alike. */
export const told =
  <T>({ name, title, measure, text, charts, broken }: Section<T>) =>
  async (quick: boolean): Promise<Told> => {
    const measured = await measure(quick);
    return { name, title, measured, text: text(measured), charts: await charts(measured), broken: broken(measured) };
  };
