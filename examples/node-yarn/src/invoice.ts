import { readFileSync } from 'fs';
import Mustache from 'mustache';

interface Line {
  item: string;
  quantity: number;
  price: number;
}

const template = readFileSync('templates/invoice.html', 'utf8');

export function render(number: string, lines: Line[]): string {
  const total = lines.reduce((sum, line) => sum + line.quantity * line.price, 0);
  return Mustache.render(template, {
    number,
    lines: lines.map((line) => ({ ...line, amount: (line.quantity * line.price).toFixed(2) })),
    total: total.toFixed(2),
  });
}
