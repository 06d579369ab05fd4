import './style.css';
import { fetchServices, type Service } from './api';

const list = document.querySelector<HTMLUListElement>('#services')!;
const updated = document.querySelector<HTMLParagraphElement>('#updated')!;

function row(service: Service): HTMLLIElement {
  const item = document.createElement('li');
  item.className = service.state;
  item.textContent = `${service.name}: ${service.state}`;
  return item;
}

async function refresh(): Promise<void> {
  try {
    list.replaceChildren(...(await fetchServices()).map(row));
    updated.textContent = `Updated ${new Date().toLocaleTimeString()}`;
  } catch (error) {
    updated.textContent = `No answer: ${(error as Error).message}`;
  }
}

refresh();
setInterval(refresh, 30_000);
