// Every key of this context is built here and nowhere else.

/** No tenant owns the dead letters: a queue serves all of them. */
export const redriveKey = { pk: 'operations#system#redrive#state', sk: 'redrive' };
