/** Never written: to read it shows that the table answers. */
export const probeKey = { pk: 'operations#system#health#probe', sk: 'probe' };
