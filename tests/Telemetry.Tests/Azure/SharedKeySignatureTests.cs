using System.Security.Cryptography;
using System.Text;
using Azure.Core;
using Azure.Core.Pipeline;
using Telemetry.Azure;

namespace Telemetry.Tests.Azure;

public sealed class SharedKeySignatureTests
{
    private static readonly byte[] Key = "a key of the test"u8.ToArray();

    // The example under "Shared Key format for 2009-09-19 and later" in Microsoft's page "Authorize with Shared Key",
    // https://learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key. The page does not tell its key.
    [Fact]
    public void The_string_to_sign_is_that_of_the_published_example()
    {
        using var request = NewRequest(RequestMethod.Get, "https://myaccount.blob.core.windows.net/mycontainer?restype=container&comp=metadata&timeout=20");
        request.Headers.Add("x-ms-version", "2015-02-21");
        request.Headers.Add("x-ms-date", "Fri, 26 Jun 2015 23:39:12 GMT");

        Assert.Equal(
            "GET\n\n\n\n\n\n\n\n\n\n\n\nx-ms-date:Fri, 26 Jun 2015 23:39:12 GMT\nx-ms-version:2015-02-21\n"
            + "/myaccount/mycontainer\ncomp:metadata\nrestype:container\ntimeout:20",
            new SharedKeySignature("myaccount", Key).StringToSign(request));
    }

    [Fact]
    public void Body_length_type_and_decoded_parameters_are_signed()
    {
        using var request = NewRequest(RequestMethod.Put, "https://acct.queue.core.windows.net/orders/messages/id?visibilitytimeout=5&popreceipt=a%2Bb%2F%3D");
        request.Content = RequestContent.Create("<x/>"u8.ToArray());
        request.Headers.Add("Content-Type", "application/xml");
        request.Headers.Add("X-MS-Version", " 2021-12-02 ");

        Assert.Equal(
            "PUT\n\n\n4\n\napplication/xml\n\n\n\n\n\n\nx-ms-version:2021-12-02\n"
            + "/acct/orders/messages/id\npopreceipt:a+b/=\nvisibilitytimeout:5",
            new SharedKeySignature("acct", Key).StringToSign(request));
    }

    [Fact]
    public void The_header_holds_the_account_and_the_mac_of_the_string_to_sign()
    {
        using var request = NewRequest(RequestMethod.Get, "https://acct.queue.core.windows.net/orders?comp=metadata");
        var signature = new SharedKeySignature("acct", Key);
        var mac = HMACSHA256.HashData(Key, Encoding.UTF8.GetBytes(signature.StringToSign(request)));

        Assert.Equal($"SharedKey acct:{Convert.ToBase64String(mac)}", signature.AuthorizationOf(request));
    }

    private static Request NewRequest(RequestMethod method, string url)
    {
        var request = HttpClientTransport.Shared.CreateRequest();
        request.Method = method;
        request.Uri.Reset(new Uri(url));
        return request;
    }
}
