const express = require('express');
const links = require('./links');

const app = express();

app.get('/', (req, res) => {
  const items = links.all().map((link) => `<li><a href="${link.url}">${link.title}</a></li>`);
  res.send(`<h1>Link shelf</h1><ul>${items.join('')}</ul>`);
});

app.get('/tag/:tag', (req, res) => {
  res.json(links.tagged(req.params.tag));
});

app.listen(3000, () => console.log('link-shelf on http://localhost:3000'));
