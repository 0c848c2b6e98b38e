{ SPDX-License-Identifier: MIT }
{ Text files, line by line, and directories. }
program things;
uses sysutils;
var
  f: text;
  i, k: longint;
  sum: int64;
  line: string;
begin
  sum := 0;
  for i := 1 to 20000 do begin
    assign(f, 'file' + inttostr(i mod 20));
    rewrite(f);
    for k := 1 to 5 do begin
      writeln(f, 'line ', k * i);
      flush(f);
    end;
    close(f);
    reset(f);
    while not eof(f) do begin
      readln(f, line);
      sum := sum + length(line);
    end;
    close(f);
    if fileexists('file' + inttostr(i mod 20)) then sum := sum + 1;
  end;
  writeln(sum);
end.
