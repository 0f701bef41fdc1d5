import { fileURLToPath } from 'node:url';

const ROOMS = fileURLToPath(new URL('rooms.conf', import.meta.url));

/** The configuration of an nginx that runs as whoever starts it, keeps all that it writes in `dir`, listens on a
 *  port of this machine, and passes everything on to the nodes in turn. */
export function nginxConf(options: {
  dir: string;
  port: number;
  nodePorts: readonly number[];
}): string {
  const { dir, port, nodePorts } = options;
  // Never "down" for long: what a restarting node refuses goes to the next at once, and it is asked again.
  const nodes = nodePorts.map((node) => `server 127.0.0.1:${node} max_fails=0;`);
  const scratch = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${dir}/${name};`,
  );
  return `
daemon off;
worker_processes 1;
pid ${dir}/nginx.pid;
error_log stderr error;
events { worker_connections 16384; }
http {
  access_log off;
  ${scratch.join('\n  ')}
  include ${ROOMS};
  upstream rooms { least_conn; ${nodes.join(' ')} }
  server {
    listen 127.0.0.1:${port} backlog=4096;
    location / { proxy_pass http://rooms; }
  }
}
`;
}
