const path = require('node:path');
const express = require('express');

const birds = [
  { name: 'wren', seen: 4 },
  { name: 'heron', seen: 1 },
];
const app = express();
const page = path.join(__dirname, 'client', 'dist');

app.use(express.static(page));
app.get('/api/birds', (request, response) => response.json(birds));
app.listen(process.env.PORT || 3000);
