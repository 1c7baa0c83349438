import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { contexts } from '#contexts';
import { functionsOf } from '#platform/manifest';
import { contextBudgets, orderFlowBudgets } from '../bench/context-budgets.ts';
import { prices } from '../bench/cost/prices.ts';

const read = (path: string) => readFileSync(new URL(`../../docs/${path}`, import.meta.url), 'utf8');

describe('docs/runbooks/restore.md', () => {
  it.each(functionsOf(...contexts).filter(({ spec }) => spec.everyMinutes))(
    'stops the schedule of $id before the table is replaced',
    ({ id }) => {
      const [, stopping = ''] = /\n1\. (.*?)\n2\. /s.exec(read('runbooks/restore.md')) ?? [];
      expect(stopping).toContain(`\`${id}\``);
    },
  );
});

describe('docs/deploying.md', () => {
  const costs = [...read('deploying.md').matchAll(/^\| (?!Part)(.+?) +\| +([\d.]+) *\|$/gm)].map(
    ([, part = '', usd]) => [part, Number(usd)] as const,
  );
  const costOf = (name: string) => costs.find(([part]) => part.startsWith(name))?.[1];

  it('sums what a million orders cost', () => {
    const parts = costs.filter(([part]) => part !== '**sum**');
    expect(parts.length).toBeGreaterThan(8);
    expect(costOf('**sum**')).toBeCloseTo(
      parts.reduce((sum, [, usd]) => sum + usd, 0),
      2,
    );
  });

  it('prices the write units that the budgets allow', () => {
    const ofOrder = orderFlowBudgets.writeUnitsPerOrder;
    const ofMail = contextBudgets.get('notifications')?.writeUnitsPerOrder ?? 0;
    const total = ofOrder + ofMail;
    const part = `DynamoDB: ${total} write units (${ofOrder} of the order, ${ofMail} of the mail)`;
    expect(costOf(part), part).toBe(Math.round(total * prices['write units'] * 100) / 100);
  });
});
