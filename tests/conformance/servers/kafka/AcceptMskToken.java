import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.UnsupportedCallbackException;
import javax.security.auth.login.AppConfigurationEntry;
import org.apache.kafka.common.security.auth.AuthenticateCallbackHandler;
import org.apache.kafka.common.security.oauthbearer.OAuthBearerToken;
import org.apache.kafka.common.security.oauthbearer.OAuthBearerValidatorCallback;

/**
 * Stands for AWS alone: takes any token that is a signed kafka-cluster:Connect request, whoever signed it.
 * Everything before and after the verification of that signature is Apache Kafka's and Rasa Pro's own.
 */
public class AcceptMskToken implements AuthenticateCallbackHandler {
    @Override
    public void configure(Map<String, ?> configs, String mechanism, List<AppConfigurationEntry> jaas) {}

    @Override
    public void close() {}

    @Override
    public void handle(Callback[] callbacks) throws UnsupportedCallbackException {
        for (Callback callback : callbacks) {
            if (!(callback instanceof OAuthBearerValidatorCallback)) {
                throw new UnsupportedCallbackException(callback);
            }
            OAuthBearerValidatorCallback asked = (OAuthBearerValidatorCallback) callback;
            String value = asked.tokenValue();
            if (isConnectRequest(value)) {
                asked.token(new Token(value));
            } else {
                asked.error("invalid_token", null, null);
            }
        }
    }

    private static boolean isConnectRequest(String value) {
        try {
            String url = new String(Base64.getUrlDecoder().decode(value), StandardCharsets.UTF_8);
            URI uri = URI.create(url);
            return uri.getHost().matches("kafka\\.[a-z0-9-]+\\.amazonaws\\.com")
                && uri.getQuery().contains("Action=kafka-cluster:Connect")
                && uri.getQuery().contains("X-Amz-Signature=");
        } catch (IllegalArgumentException error) {
            return false;
        }
    }

    private record Token(String value) implements OAuthBearerToken {
        @Override
        public Set<String> scope() {
            return Set.of();
        }

        @Override
        public long lifetimeMs() {
            return System.currentTimeMillis() + 900_000;
        }

        @Override
        public String principalName() {
            return "aws-role";
        }

        @Override
        public Long startTimeMs() {
            return null;
        }
    }
}
