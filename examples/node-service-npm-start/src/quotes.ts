import { readFileSync } from 'node:fs';
import path from 'node:path';

export interface Quote {
  id: number;
  topic: string;
  text: string;
}

const file = path.join(process.cwd(), 'data', 'quotes.json');
const quotes: Quote[] = JSON.parse(readFileSync(file, 'utf8'));

export function byTopic(topic?: string): Quote[] {
  return topic ? quotes.filter((quote) => quote.topic === topic) : quotes;
}

export function byId(id: number): Quote | undefined {
  return quotes.find((quote) => quote.id === id);
}
