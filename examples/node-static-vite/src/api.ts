const base = import.meta.env.VITE_API_URL;

export interface Service {
  name: string;
  state: 'up' | 'degraded' | 'down';
}

export async function fetchServices(): Promise<Service[]> {
  const response = await fetch(`${base}/v1/services`);
  if (!response.ok) throw new Error(`${response.status} from ${base}`);
  return response.json();
}
