namespace Orders.Model;

/// <summary>Executes a payment. For the same order it always gives the first answer.</summary>
/// <returns>False when the payment is declined; that is no failure.</returns>
/// <exception cref="HttpRequestException">There was no answer: the payment may be tried again.</exception>
public delegate Task<bool> PaymentGateway(Payment payment, CancellationToken cancellationToken);

/// <summary>A gateway for samples and tests. The name of the means of payment decides the answer.</summary>
public static class SamplePaymentGateway
{
    /// <summary>Authorises everything but <c>declined</c>; <c>unreachable</c> fails.</summary>
    /// <exception cref="HttpRequestException">The method is <c>unreachable</c>.</exception>
    public static Task<bool> AuthoriseAsync(Payment payment, CancellationToken cancellationToken) => payment.Method switch
    {
        "unreachable" => Task.FromException<bool>(new HttpRequestException("the payment gateway does not answer")),
        _ => Task.FromResult(payment.Method is not "declined"),
    };
}
