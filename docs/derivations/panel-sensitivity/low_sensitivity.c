// Two forms of "networks prefer functions of low sensitivity", given the labels of the shown rows: completions weighed
// by 2^(-b) for each pair of neighbouring rows with unlike labels (exact sums), and the sign of a Gaussian function whose
// covariance is r to the number of inputs that differ (Gibbs sampling). Nothing is trained.
//
// Numbers: forecasts/*/panel-sensitivity.toml. "pairs": targets and cues at 5 and 4 inputs with slopes, for b of 0.75 to
// 2; "strata": 3 and 4 inputs by gates; "degree": the Gaussian function, r of 0.5 to 0.9, and strata at 0.6 to 0.75.
//
//   cc -O3 -march=native low_sensitivity.c -lm -o low_sensitivity
//   ./low_sensitivity pairs 60; ./low_sensitivity strata; ./low_sensitivity degree 60 100
#include <stdio.h>
#include <stdlib.h>
#include <math.h>
#include <stdint.h>
#include <string.h>
static int n,R; static uint64_t s=88172645463325252ULL;
static uint64_t rnd(){s^=s<<13;s^=s>>7;s^=s<<17;return s;}
static uint32_t inp[5];
static void setn(int m){n=m;R=1<<n;for(int i=0;i<n;i++){inp[i]=0;for(int r=0;r<R;r++)if(r>>(n-1-i)&1)inp[i]|=1u<<r;}}
static inline int edges(uint32_t t){uint32_t all=R==32?~0u:(1u<<R)-1;int e=0;for(int i=0;i<n;i++){int d=1<<(n-1-i);uint32_t ch=(t^(t>>d))&~inp[i]&all;e+=__builtin_popcount(ch);}return e;}
#define NB 8
static double B[NB]={0.75,1.0,1.125,1.25,1.375,1.5,1.75,2.0};
static double pw[NB][200];
/* accuracy per beta for target t with free mask F ; classes if cue */
static double K(uint32_t t){int w=0;if(t==0||t==(R==32?~0u:(1u<<R)-1))return log2(R);for(int rev=0;rev<2;rev++){unsigned char a[32];for(int i=0;i<R;i++)a[i]=t>>(rev?R-1-i:i)&1;int st=0;while(st<R){int best=0;for(int f=0;f<st;f++){int k=0;while(st+k<R&&a[f+k]==a[st+k])k++;if(k>best)best=k;}st+=best+1;w++;}}return .5*log2(R)*w;}
static void post(uint32_t t,uint32_t F,double*acc,double(*cl)[5],int cue,double*slope){
 int fr[32],m=0;for(int r=0;r<R;r++)if(F>>r&1)fr[m++]=r;
 uint32_t base=t&~F;double tot[NB]={0},hit[NB]={0};double C[NB][5];memset(C,0,sizeof C);
 uint32_t tw=0,all=R==32?~0u:(1u<<R)-1;
 if(cue>=0){int d=1<<(n-1-cue);for(int i=0;i<m;i++){int r=fr[i];if(t>>(r^d)&1)tw|=1u<<r;}}
 static double nk[400],wk[NB][400];if(slope){memset(nk,0,sizeof nk);memset(wk,0,sizeof wk);}
 uint32_t f=F; /* iterate submasks */
 for(;;){uint32_t g=base|f;int e=edges(g);int h=m-__builtin_popcount((g^t)&F);
  int c=4; if(cue>=0){uint32_t x=f; if(x==tw)c=0;else if(x==(tw^F))c=1;else if(x==0||x==F)c=2;else for(int j=0;j<n;j++)if(j!=cue&&x==(inp[j]&F))c=3;}
  int ki=0;if(slope){ki=(int)(2*K(g)/log2(R)+.5);nk[ki]++;}
  for(int b=0;b<NB;b++){double w=pw[b][e];tot[b]+=w;hit[b]+=w*h;if(cue>=0)C[b][c]+=w;if(slope)wk[b][ki]+=w;}
  if(!f)break;f=(f-1)&F;}
 for(int b=0;b<NB;b++){acc[b]=hit[b]/tot[b]/m;if(cl)for(int c=0;c<5;c++)cl[b][c]=C[b][c]/tot[b];
  if(slope){double N=0,sx=0,sy=0,sxx=0,sxy=0;for(int k=0;k<400;k++)if(wk[b][k]/tot[b]>0.001){double x=k*log2(R)/2,y=log10(wk[b][k]/tot[b]/nk[k]);N++;sx+=x;sy+=y;sxx+=x*x;sxy+=x*y;}slope[b]=(N*sxy-sx*sy)/(N*sxx-sx*sx);}}
}
static uint32_t fn(const char*nm){uint32_t t=0;for(int r=0;r<R;r++){int x[5]={0};for(int i=0;i<n;i++)x[i]=r>>(n-1-i)&1;int v=0;int s=0;for(int i=0;i<n;i++)s+=x[i];
 if(!strcmp(nm,"x0"))v=x[0];else if(!strcmp(nm,"x0&x1"))v=x[0]&x[1];else if(!strcmp(nm,"maj3"))v=x[0]+x[1]+x[2]>=2;else if(!strcmp(nm,"parity"))v=s&1;
 else if(!strcmp(nm,"x0^x1"))v=x[0]^x[1];else if(!strcmp(nm,"x0^x1^x2"))v=x[0]^x[1]^x[2];else if(!strcmp(nm,"x0&x1^x2"))v=(x[0]&x[1])^x[2];else if(!strcmp(nm,"x0&x1|!x0&x2"))v=x[0]?x[1]:x[2];else if(!strcmp(nm,"maj5"))v=s>=3;
 else if(!strcmp(nm,"x0|x1&x2"))v=x[0]|(x[1]&x[2]);else if(!strcmp(nm,"x0^x1&x2"))v=x[0]^(x[1]&x[2]);else if(!strcmp(nm,"x0&(x1|x2)"))v=x[0]&(x[1]|x[2]);else if(!strcmp(nm,"x0^x1^x2^x3"))v=x[0]^x[1]^x[2]^x[3];else if(!strcmp(nm,"x0&x1&x2"))v=x[0]&x[1]&x[2];else abort();
 if(v)t|=1u<<r;}return t;}
static uint32_t randF(int m){int p[32];for(int i=0;i<R;i++)p[i]=i;for(int i=R-1;i>0;i--){int j=rnd()%(i+1);int q=p[i];p[i]=p[j];p[j]=q;}uint32_t F=0;for(int i=0;i<m;i++)F|=1u<<p[i];return F;}
static uint32_t all(){return R==32?~0u:(1u<<R)-1;}
/* random circuit of g gates */
static uint32_t circ(int g){uint32_t w[16];for(int i=0;i<n;i++)w[i]=inp[i];int m=n;if(!g){int k=rnd()%(2*n);return k&1?w[k/2]:(~w[k/2])&all();}
 for(int q=0;q<g;q++){int a=rnd()%m,b;do b=rnd()%m;while(b==a);uint32_t x=w[a],y=w[b];int op=rnd()%10;if(op<8){if(op&1)x=~x;if(op&2)y=~y;uint32_t z=x&y;w[m]=(op&4)?~z:z;}else w[m]=op&1?x^y:~(x^y);w[m]&=all();m++;}return w[m-1];}

static double u01(){return ((rnd()>>11)+0.5)/9007199254740992.0;}
static double gauss(){return sqrt(-2*log(u01()))*cos(6.283185307179586*u01());}
static double tn(double m,double sd,int pos){ /* sample N(m,sd) with sign */
 if(!pos)return -tn(-m,sd,1); double a=-m/sd; if(a<1.0){double z;int k=0;do z=gauss();while(z<a&&++k<1000);if(z<a)z=a+1e-9;return m+sd*z;}
 double l=(a+sqrt(a*a+4))/2,z;do{z=a-log(u01())/l;}while(u01()>exp(-(z-l)*(z-l)/2));return m+sd*z;}
static double P[32][32];
static void prec(double r,double rc,int cue){ /* tensor product kernel: inverse is product of 2x2 inverses */
 for(int a=0;a<R;a++)for(int b=0;b<R;b++){double v=1;for(int i=0;i<n;i++){double q=i==cue?rc:r;int d=((a^b)>>(n-1-i))&1;v*=d?-q/(1-q*q):1/(1-q*q);}P[a][b]=v;}}
static double gp(uint32_t t,uint32_t F,int burn,int sw,double*cl,int cue){
 double g[32];for(int i=0;i<R;i++)g[i]=(t>>i&1)?1:-1; int m=__builtin_popcount(F);double hit=0;
 uint32_t tw=0;if(cue>=0){int d=1<<(n-1-cue);for(int r=0;r<R;r++)if(F>>r&1)if(t>>(r^d)&1)tw|=1u<<r;for(int c=0;c<5;c++)cl[c]=0;}
 for(int q=0;q<burn+sw;q++){for(int i=0;i<R;i++){double s=0;for(int j=0;j<R;j++)if(j!=i)s+=P[i][j]*g[j];double sd=1/sqrt(P[i][i]),mu=-s/P[i][i];g[i]=(F>>i&1)?mu+sd*gauss():tn(mu,sd,t>>i&1);}
  if(q<burn)continue;uint32_t x=0;for(int i=0;i<R;i++)if((F>>i&1)&&g[i]>0)x|=1u<<i;
  hit+=m-__builtin_popcount((x^t)&F);
  if(cue>=0){int c=4;if(x==tw)c=0;else if(x==(tw^F))c=1;else if(!x||x==F)c=2;else for(int j=0;j<n;j++)if(j!=cue&&x==(inp[j]&F))c=3;cl[c]+=1.0/sw;}}
 return hit/sw/m;}
static void pairs(int S){
 for(int b=0;b<NB;b++)for(int e=0;e<200;e++)pw[b][e]=pow(2,-B[b]*e);
 double a[NB],cl[NB][5],sl[NB];
 printf("beta:");for(int b=0;b<NB;b++)printf(" %.3f",B[b]);puts("");
 setn(5);const char*T[]={"x0","x0&x1","maj3","parity","x0^x1","x0^x1^x2","x0&x1^x2","x0&x1|!x0&x2","maj5"};
 for(int k=0;k<9;k++){double A[NB]={0};for(int q=0;q<S;q++){post(fn(T[k]),randF(16),a,0,-1,0);for(int b=0;b<NB;b++)A[b]+=a[b]/S;}printf("5 %-14s",T[k]);for(int b=0;b<NB;b++)printf(" %.3f",A[b]);puts("");}
 for(int g=0;g<=5;g++){double A[NB]={0};for(int q=0;q<S;q++){post(circ(g),randF(16),a,0,-1,0);for(int b=0;b<NB;b++)A[b]+=a[b]/S;}printf("5 circuit %d     ",g);for(int b=0;b<NB;b++)printf(" %.3f",A[b]);puts("");fflush(stdout);}
 const char*U[]={"x0","x0&x1","x0&(x1|x2)","x0&x1|!x0&x2","maj3","x0|x1&x2","x0^x1&x2","x0^x1^x2^x3"};
 for(int k=0;k<8;k++){post(fn(U[k]),~inp[4],a,cl,4,0);printf("cue5 %-14s acc",U[k]);for(int b=0;b<NB;b++)printf(" %.3f",a[b]);puts("");for(int c=0;c<5;c++){printf("   class %d          ",c);for(int b=0;b<NB;b++)printf(" %.4f",cl[b][c]);puts("");}}
 setn(4);const char*V[]={"x0","x0&x1","x0&(x1|x2)","x0&x1&x2","maj3"};
 for(int k=0;k<5;k++){post(fn(V[k]),all()&~inp[3],a,cl,3,sl);printf("cue4 %-14s acc",V[k]);for(int b=0;b<NB;b++)printf(" %.3f",a[b]);puts("");printf("   ignores          ");for(int b=0;b<NB;b++)printf(" %.4f",cl[b][0]);printf("\n   constant         ");for(int b=0;b<NB;b++)printf(" %.4f",cl[b][2]);printf("\n   slope            ");for(int b=0;b<NB;b++)printf(" %.4f",sl[b]);puts("");}
}
static void strata(void){for(int b=0;b<NB;b++)for(int e=0;e<200;e++)pw[b][e]=pow(2,-B[b]*e);double a[NB];
 for(int nn=3;nn<=4;nn++){setn(nn);int N=1<<R;unsigned char*z=malloc(N);memset(z,99,N);
  for(int g=0;g<=7;g++){long tries=g==0?2000:nn==3?200000:(g<4?600000:1500000);for(long q=0;q<tries;q++){uint32_t t=circ(g);if(z[t]>g)z[t]=g;}}
  int mx=nn==3?4:7;for(int t=0;t<N;t++)if(z[t]==99)z[t]=nn==3?4:7; z[0]=z[N-1]=0;
  for(int g=0;g<=mx;g++){int c=0;for(int t=0;t<N;t++)c+=z[t]==g;double A[NB]={0};int S=400;for(int q=0;q<S;q++){uint32_t t;do t=rnd()%N;while(z[t]!=g);post(t,randF(R/2),a,0,-1,0);for(int b=0;b<NB;b++)A[b]+=a[b]/S;}printf("%d gates %d (%d)",nn,g,c);for(int b=0;b<NB;b++)printf(" %.3f",A[b]);puts("");}}
}
static void degree(int S,int SW){
 double rs[]={0.5,0.65,0.8,0.9};double cl[5];
 setn(5);const char*T[]={"x0","x0&x1","maj3","parity","x0^x1","x0^x1^x2","x0&x1^x2","x0&x1|!x0&x2","maj5"};
 for(int k=0;k<9;k++){printf("5 %-14s",T[k]);for(int b=0;b<4;b++){prec(rs[b],rs[b],-1);double A=0;for(int q=0;q<S;q++)A+=gp(fn(T[k]),randF(16),100,SW,0,-1)/S;printf(" %.3f",A);}puts("");fflush(stdout);}
 for(int g=0;g<=5;g++){printf("5 circuit %d     ",g);for(int b=0;b<4;b++){prec(rs[b],rs[b],-1);double A=0;for(int q=0;q<S;q++)A+=gp(circ(g),randF(16),100,SW,0,-1)/S;printf(" %.3f",A);}puts("");fflush(stdout);}
 const char*U[]={"x0","x0&x1","x0&(x1|x2)","x0&x1|!x0&x2","maj3","x0^x1&x2","x0^x1^x2^x3"};
 for(int k=0;k<7;k++)for(int b=0;b<4;b++){for(int h=0;h<2;h++){double r=rs[b],rc=h?sqrt(r):r;prec(r,rc,4);double a=gp(fn(U[k]),~inp[4],200,4000,cl,4);printf("cue5 %-14s r %.2f rc %.2f acc %.3f cls %.4f %.4f %.4f %.4f %.4f\n",U[k],r,rc,a,cl[0],cl[1],cl[2],cl[3],cl[4]);}fflush(stdout);}
}
static void degree_strata(void){double cl[5];double rs[]={0.6,0.7,0.75};
 for(int nn=3;nn<=5;nn++){setn(nn);for(int g=0;g<=(nn==5?3:nn==4?3:2);g++){printf("gp n %d gates %d",nn,g);for(int b=0;b<3;b++){prec(rs[b],rs[b],-1);double A=0;int S=nn==5?60:150;for(int q=0;q<S;q++)A+=gp(circ(g),randF(R/2),60,100,0,-1)/S;printf(" %.3f",A);}puts("");}
 if(nn==4){const char*V[]={"x0","x0&(x1|x2)","x0&x1&x2","maj3"};for(int k=0;k<4;k++)for(int b=0;b<3;b++)for(int h=0;h<2;h++){double r=rs[b],rc=h?sqrt(r):r;prec(r,rc,3);double a=gp(fn(V[k]),all()&~inp[3],100,4000,cl,3);printf("cue4 %s r %.2f rc %.2f acc %.3f ign %.3f const %.3f\n",V[k],r,rc,a,cl[0],cl[2]);}}}
}
int main(int c,char**v){
 if(!strcmp(v[1],"pairs"))pairs(atoi(v[2]));if(!strcmp(v[1],"strata"))strata();
 if(!strcmp(v[1],"degree")){degree(atoi(v[2]),atoi(v[3]));degree_strata();}}
