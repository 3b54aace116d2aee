import { connect } from 'node:net';

/** Whether a server at this loopback port greets with a line that begins so. */
export function greets(port: number, beginning: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    let heard = '';
    const end = (greeted: boolean): void => {
      socket.destroy();
      resolve(greeted);
    };
    socket.setTimeout(2_000, () => end(false));
    socket.on('error', () => end(false));
    socket.on('close', () => end(false));
    socket.on('data', (chunk) => {
      heard += chunk.toString('latin1');
      if (heard.length >= beginning.length) end(heard.startsWith(beginning));
    });
  });
}
