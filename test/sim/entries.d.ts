/** Made by the bundler: every function's entry and every saga's definition, by their paths from the project's root. */
declare module 'virtual:backend' {
  import type { EntryModule } from '../../embedded/functions.ts';

  export const entries: Readonly<Record<string, EntryModule>>;
  export const texts: Readonly<Record<string, string>>;
}
