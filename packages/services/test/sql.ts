import { createConnection, type RowDataPacket } from 'mysql2/promise';
import pg from 'pg';

/** Rows of the last statement. */
export async function sql(url: string, text: string): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    const result: unknown = await client.query(text);
    const last = Array.isArray(result) ? (result.at(-1) as unknown) : result;
    return (last as pg.QueryResult<Record<string, unknown>>).rows;
  } finally {
    await client.end();
  }
}

/** The same of MariaDB. */
export async function mysqlRows(uri: string, text: string): Promise<readonly RowDataPacket[]> {
  const connection = await createConnection({ uri, multipleStatements: true });
  try {
    const [rows] = await connection.query<RowDataPacket[]>(text);
    return rows;
  } finally {
    await connection.end();
  }
}
