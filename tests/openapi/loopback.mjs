// Keeps a server that would listen everywhere on this machine: node --import ./loopback.mjs …
import net from 'node:net';

const { listen } = net.Server.prototype;
net.Server.prototype.listen = function (port, ...rest) {
  if (typeof port !== 'number') return listen.call(this, port, ...rest);
  return listen.call(this, { port, host: '127.0.0.1' }, rest.find((item) => typeof item === 'function'));
};
