namespace Bridge.Edge.Formats.Syslog;

/// <summary>Reads the times of syslog's two formats.</summary>
internal static class SyslogClock
{
    private const int TicksDigits = 7;

    private static ReadOnlySpan<byte> Months => "JanFebMarAprMayJunJulAugSepOctNovDec"u8;

    /// <summary>Reads a time as ISO 8601 has it, with or without a zone.</summary>
    public static bool TryReadIso(ref TextCursor text, TimeZoneInfo zone, out DateTimeOffset time, out SyslogTime found)
    {
        (time, found) = (default, SyslogTime.Received);
        var cursor = text;
        if (!(cursor.TryReadNumber(4, 4, out var year) && cursor.TrySkip("-"u8)
            && cursor.TryReadNumber(2, 2, out var month) && cursor.TrySkip("-"u8)
            && cursor.TryReadNumber(2, 2, out var day) && (cursor.TrySkip("T"u8) || cursor.TrySkip("t"u8))
            && TryReadClock(ref cursor, out var clock) && TryMake(year, month, day, clock, out var local)))
        {
            return false;
        }

        (time, found) = TryReadOffset(ref cursor, out var offset)
            ? (new DateTimeOffset(local, offset), SyslogTime.Full)
            : (InZone(local, zone), SyslogTime.ZoneAssumed);
        text = cursor;
        return true;
    }

    /// <summary>
    /// Reads a time as RFC 3164 has it, <c>Oct  9 22:14:15</c>, also with a year before or behind the time, with fractions, and
    /// with the marks of Cisco's devices.
    /// </summary>
    public static bool TryReadBsd(
        ref TextCursor text, TimeZoneInfo zone, DateTimeOffset receivedAt, out DateTimeOffset time, out SyslogTime found)
    {
        (time, found) = (default, SyslogTime.Received);
        var cursor = text;
        _ = cursor.TrySkip("*"u8) || cursor.TrySkip("."u8);
        if (!(TryReadMonth(ref cursor, out var month) && cursor.TrySkip(" "u8)))
            return false;
        _ = cursor.TrySkip(" "u8);
        if (!(cursor.TryReadNumber(1, 2, out var day) && cursor.TrySkip(" "u8)))
            return false;
        var year = TryReadYear(ref cursor, out var before) && cursor.TrySkip(" "u8) ? before : 0;
        if (!TryReadClock(ref cursor, out var clock))
            return false;
        var isUtc = TryReadZoneAndYear(ref cursor, ref year);
        var place = isUtc ? TimeZoneInfo.Utc : zone;
        if (year == 0)
        {
            if (!TryFindYear(month, day, clock, place, receivedAt, out time))
                return false;
            found = SyslogTime.YearAssumed;
        }
        else
        {
            if (!TryMake(year, month, day, clock, out var local))
                return false;
            (time, found) = (InZone(local, place), isUtc ? SyslogTime.Full : SyslogTime.ZoneAssumed);
        }

        text = cursor;
        return true;
    }

    private static bool TryReadMonth(ref TextCursor text, out int month)
    {
        month = 0;
        if (text.Rest.Length < 3)
            return false;
        for (var i = 0; i < 12; i++)
        {
            if (text.Rest.StartsWith(Months.Slice(3 * i, 3)))
                month = i + 1;
        }

        if (month == 0)
            return false;
        text.Rest = text.Rest[3..];
        return true;
    }

    private static bool TryReadYear(ref TextCursor text, out int year)
    {
        var cursor = text;
        if (!cursor.TryReadNumber(4, 4, out year) || year < 1970)
            return false;
        text = cursor;
        return true;
    }

    private static bool TryReadClock(ref TextCursor text, out TimeSpan clock)
    {
        clock = default;
        var cursor = text;
        if (!(cursor.TryReadNumber(2, 2, out var hour) && cursor.TrySkip(":"u8) && cursor.TryReadNumber(2, 2, out var minute)
            && cursor.TrySkip(":"u8) && cursor.TryReadNumber(2, 2, out var second) && hour < 24 && minute < 60 && second <= 60))
        {
            return false;
        }

        var ticks = ReadFraction(ref cursor);

        // A leap second has no place in the clocks of computers.
        clock = second == 60
            ? new TimeSpan(hour, minute, 59) + TimeSpan.FromTicks(TimeSpan.TicksPerSecond - 1)
            : new TimeSpan(hour, minute, second) + TimeSpan.FromTicks(ticks);
        text = cursor;
        return true;
    }

    // Digits beyond 100 ns are cut.
    private static long ReadFraction(ref TextCursor text)
    {
        if (text.Rest.Length < 2 || text.Rest[0] is not ((byte)'.' or (byte)',') || text.Rest[1] is < (byte)'0' or > (byte)'9')
            return 0;
        var rest = text.Rest[1..];
        var (ticks, digits) = (0L, 0);
        for (; digits < rest.Length && rest[digits] is >= (byte)'0' and <= (byte)'9'; digits++)
            ticks = digits < TicksDigits ? (10 * ticks) + rest[digits] - '0' : ticks;
        for (var i = digits; i < TicksDigits; i++)
            ticks *= 10;
        text.Rest = rest[digits..];
        return ticks;
    }

    private static bool TryReadOffset(ref TextCursor text, out TimeSpan offset)
    {
        offset = default;
        var cursor = text;
        if (cursor.TrySkip("Z"u8) || cursor.TrySkip("z"u8))
        {
            text = cursor;
            return true;
        }

        var sign = cursor.TrySkip("+"u8) ? 1 : cursor.TrySkip("-"u8) ? -1 : 0;
        if (sign == 0 || !cursor.TryReadNumber(2, 4, out var hours))
            return false;
        var minutes = 0;
        if (hours >= 100)
            (hours, minutes) = (hours / 100, hours % 100);
        else if (cursor.TrySkip(":"u8) && !cursor.TryReadNumber(2, 2, out minutes))
            return false;
        if (hours > 14 || minutes > 59)
            return false;
        offset = sign * new TimeSpan(hours, minutes, 0);
        text = cursor;
        return true;
    }

    // " CST 1987", " 1987", " UTC:": the names of zones mean different zones to different people, except for UTC.
    private static bool TryReadZoneAndYear(ref TextCursor text, ref int year)
    {
        var cursor = text;
        var isUtc = false;
        if (cursor.TrySkip(" "u8))
        {
            var letters = cursor.Rest.IndexOfAnyExceptInRange((byte)'A', (byte)'Z');
            if (letters is >= 3 and <= 5 && cursor.Rest[letters] is (byte)' ' or (byte)':')
            {
                var name = cursor.Rest[..letters];
                var behind = cursor;
                behind.Rest = cursor.Rest[letters..];
                isUtc = name.SequenceEqual("UTC"u8) || name.SequenceEqual("GMT"u8);
                if (isUtc || IsYearNext(behind))
                    text = behind;
                else
                    return false;
            }
        }

        if (year == 0 && IsYearNext(text))
        {
            _ = text.TrySkip(" "u8);
            _ = text.TryReadNumber(4, 4, out year);
        }

        return isUtc;
    }

    private static bool IsYearNext(TextCursor text) =>
        text.TrySkip(" "u8) && text.TryReadNumber(4, 4, out var year) && year is >= 1970 and < 2200
        && (text.TrySkip(" "u8) || text.TrySkip(":"u8));

    private static bool TryFindYear(
        int month, int day, TimeSpan clock, TimeZoneInfo zone, DateTimeOffset receivedAt, out DateTimeOffset time)
    {
        time = default;
        var isFound = false;
        for (var year = receivedAt.Year - 1; year <= receivedAt.Year + 1; year++)
        {
            if (!TryMake(year, month, day, clock, out var local))
                continue;
            var candidate = InZone(local, zone);
            if (!isFound || (candidate - receivedAt).Duration() < (time - receivedAt).Duration())
                time = candidate;
            isFound = true;
        }

        return isFound;
    }

    private static bool TryMake(int year, int month, int day, TimeSpan clock, out DateTime local)
    {
        local = default;
        if (year is < 2 or > 9998 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month))
            return false;
        local = new DateTime(year, month, day, 0, 0, 0, DateTimeKind.Unspecified) + clock;
        return true;
    }

    private static DateTimeOffset InZone(DateTime local, TimeZoneInfo zone) => new(local, zone.GetUtcOffset(local));
}
