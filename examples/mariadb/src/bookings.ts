import type { Connection, ResultSetHeader, RowDataPacket } from "mysql2/promise";

/** Books a seat, and says under which number. A seat is booked once. */
export async function book(connection: Connection, seat: string, guest: string): Promise<number> {
  const insert = "INSERT INTO booking (seat, guest) VALUES (?, ?)";
  const [{ insertId }] = await connection.query<ResultSetHeader>(insert, [seat, guest]);
  return insertId;
}

/** The seats that nobody has booked. */
export async function freeSeats(connection: Connection): Promise<readonly string[]> {
  const query = "SELECT label FROM seat WHERE label NOT IN (SELECT seat FROM booking) ORDER BY label";
  const [rows] = await connection.query<(RowDataPacket & { readonly label: string })[]>(query);
  return rows.map(({ label }) => label);
}
