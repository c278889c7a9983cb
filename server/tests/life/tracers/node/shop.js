// A web application that knows nothing of tracing. It asks itself for three items, then ends.
const http = require('node:http')
const express = require('express')

const app = express()

function get (port, path) {
  return new Promise((resolve, reject) => {
    http.get({ host: '127.0.0.1', port, path }, answer => answer.resume().on('end', resolve)).on('error', reject)
  })
}

app.get('/items/:number', async function item (request, response) {
  await get(request.socket.localPort, '/price')
  if (request.params.number === '13') throw new Error('unlucky')
  response.json({ price: 1 })
})
app.get('/price', (request, response) => response.json(1))
app.use((error, request, response, next) => response.status(500).end())

const server = app.listen(0, '127.0.0.1', async () => {
  for (const number of [1, 2, 13]) await get(server.address().port, `/items/${number}`)
  server.close()
})
