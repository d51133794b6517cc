using System.Globalization;
using Azure.Core;
using Azure.Core.Pipeline;

namespace Telemetry.Azure;

/// <summary>Signs each try with the account's key, dated anew: the service refuses signatures older than 15 minutes.</summary>
internal sealed class SharedKeyPolicy(SharedKeySignature signature, TimeProvider clock) : HttpPipelineSynchronousPolicy
{
    public override void OnSendingRequest(HttpMessage message)
    {
        message.Request.Headers.SetValue("x-ms-date", clock.GetUtcNow().ToString("R", CultureInfo.InvariantCulture));
        message.Request.Headers.SetValue(HttpHeader.Names.Authorization, signature.AuthorizationOf(message.Request));
    }
}

/// <summary>Adds a shared access signature to the address, once however often it is tried.</summary>
internal sealed class SharedAccessSignaturePolicy(string signature) : HttpPipelineSynchronousPolicy
{
    public override void OnSendingRequest(HttpMessage message)
    {
        var query = message.Request.Uri.Query;
        if (!query.EndsWith(signature, StringComparison.Ordinal))
            message.Request.Uri.Query = query.Length == 0 ? signature : $"{query}&{signature}";
    }
}
