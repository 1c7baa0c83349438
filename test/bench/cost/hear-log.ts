/** Takes what functions log, instead of the terminal, until the answer is called. */
export const hearLog = (heard: (bytes: number) => void): (() => void) => {
  const streams = [process.stdout, process.stderr];
  const writes = streams.map((stream) => stream.write);
  for (const stream of streams)
    stream.write = ((chunk: string | Uint8Array) => {
      heard(Buffer.byteLength(chunk));
      return true;
    }) as typeof stream.write;
  return () => {
    for (const [n, stream] of streams.entries()) stream.write = writes[n] as typeof stream.write;
  };
};
