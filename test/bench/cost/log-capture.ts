/** Passes every line that functions log to the callback instead of the terminal, until the returned function is called. */
export const captureLog = (onLine: (line: string) => void): (() => void) => {
  const streams = [process.stdout, process.stderr];
  const writes = streams.map((stream) => stream.write);
  for (const stream of streams)
    stream.write = ((chunk: string | Uint8Array) => {
      const lines = Buffer.from(chunk as Uint8Array)
        .toString()
        .split(/(?<=\n)/);
      for (const line of lines) onLine(line);
      return true;
    }) as typeof stream.write;
  return () => {
    for (const [n, stream] of streams.entries()) stream.write = writes[n] as typeof stream.write;
  };
};
