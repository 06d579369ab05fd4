import { money, split } from './split';

const app = document.getElementById('app')!;

function calculator(): void {
  app.innerHTML = `
    <form>
      <label>Bill <input name="amount" type="number" step="0.01" value="48.50"></label>
      <label>Tip % <input name="tip" type="number" value="15"></label>
      <label>People <input name="people" type="number" min="1" value="3"></label>
    </form>
    <p class="share"></p>`;
  const form = app.querySelector('form')!;
  const share = app.querySelector('.share')!;
  const update = (): void => {
    const data = new FormData(form);
    const shares = split({
      amount: Number(data.get('amount')),
      tipPercent: Number(data.get('tip')),
      people: Math.max(1, Number(data.get('people'))),
    });
    share.textContent = `Everyone pays ${money(shares[0])}`;
  };
  form.addEventListener('input', update);
  update();
}

function about(): void {
  app.innerHTML = '<p>Splits a restaurant bill. Nothing you type leaves this page.</p>';
}

function render(): void {
  if (location.pathname === '/about') about();
  else calculator();
}

document.querySelector('nav')!.addEventListener('click', (event) => {
  const link = event.target as HTMLAnchorElement;
  if (link.tagName !== 'A') return;
  event.preventDefault();
  history.pushState(null, '', link.href);
  render();
});
window.addEventListener('popstate', render);
render();
