// Where descent, smoothed gradients and accepted changes end at the first fit, for a network that is linear in its
// parameters: a Gaussian process moved by the tangent kernel, of which a change of the parameters is a draw. No network
// is drawn or trained.
//
// Numbers: forecasts/guess-or-descend/evolution-is-descent.toml ("shallow": one layer of 20 units; "kink") and
// forecasts/five-ways/evolution-is-descent.toml ("deep": 16x16, rows shown by the cue; "deeprand": 40x40, momentum,
// rows shown at random; "four": classes at 4 inputs under momentum).
//
//   cc -O3 -march=native first_order.c -lm -o first_order
//   ./first_order shallow 400; ./first_order deep 2000; ./first_order deeprand 1000; ./first_order kink 200
//   ./first_order four 3000                        (the number is of starts)
#include <stdio.h>
#include <stdlib.h>
#include <math.h>
#include <string.h>
#define N 64
static unsigned long long s=88172645463325252ULL;
static double U(){s^=s<<13;s^=s>>7;s^=s<<17;return (s>>11)*(1.0/9007199254740992.0);}
static double G(){static int h=0;static double k;if(h){h=0;return k;}double a,b,r;do{a=2*U()-1;b=2*U()-1;r=a*a+b*b;}while(r>=1||r==0);r=sqrt(-2*log(r)/r);k=b*r;h=1;return a*r;}
static double A(double a,double b,double c){double q=sqrt(a*b);if(q<1e-12)return 0;double k=c/q;if(k>1)k=1;if(k<-1)k=-1;double t=acos(k);return q/(2*M_PI)*(sin(t)+(M_PI-t)*k);}
static double B(double a,double b,double c){double q=sqrt(a*b);if(q<1e-12)return 0;double k=c/q;if(k>1)k=1;if(k<-1)k=-1;return (M_PI-acos(k))/(2*M_PI);}
static double K[N][N],T[N][N],LK[N][N],LT[N][N];
static int n;
static void chol(double M[N][N],double L[N][N]){for(int i=0;i<n;i++)for(int j=0;j<=i;j++){double v=M[i][j]+(i==j?1e-7*(1+M[i][i]):0);for(int k=0;k<j;k++)v-=L[i][k]*L[j][k];if(i==j)L[i][i]=sqrt(v>1e-9?v:1e-9);else L[i][j]=v/L[j][j];}}
static void shallow(double X[N][8],int d,double w){double S[N][N];for(int i=0;i<n;i++)for(int j=0;j<n;j++){double p=1;for(int k=0;k<d;k++)p+=X[i][k]*X[j][k];S[i][j]=p/3;}
 for(int i=0;i<n;i++)for(int j=0;j<n;j++){double a=A(S[i][i],S[j][j],S[i][j]),b=B(S[i][i],S[j][j],S[i][j]);K[i][j]=w/3*a+1./3;T[i][j]=w*(a+b*S[i][j])+1;}}
static void deep(double X[N][8],int d,double w){static double A1[N][N],S2[N][N],P[N][N],B1[N][N];
 for(int i=0;i<n;i++)for(int j=0;j<n;j++){double p=0;for(int k=0;k<d;k++)p+=X[i][k]*X[j][k];P[i][j]=p;}
 for(int i=0;i<n;i++)for(int j=0;j<n;j++){double g=2.0/d;A1[i][j]=A(g*P[i][i],g*P[j][j],g*P[i][j]);B1[i][j]=B(P[i][i],P[j][j],P[i][j]);S2[i][j]=2*A1[i][j];}
 for(int i=0;i<n;i++)for(int j=0;j<n;j++){double a=A(S2[i][i],S2[j][j],S2[i][j]),b=B(S2[i][i],S2[j][j],S2[i][j]);K[i][j]=a;T[i][j]=w*a+1+b*(w*A1[i][j]+1)+2*b*B1[i][j]*(P[i][j]+1);}}
static void draw(double L[N][N],double*u){double z[N];for(int i=0;i<n;i++)z[i]=G();for(int i=0;i<n;i++){double v=0;for(int k=0;k<=i;k++)v+=L[i][k]*z[k];u[i]=v;}}
static double sp(double x){return x>30?x:log1p(exp(x));}
static double loss(double*f,double*u,double c,int*sh,int m,int*y){double v=0;for(int i=0;i<m;i++){int r=sh[i];double x=f[r]+c*u[r];v+=sp(y[r]?-x:x);}return v/m;}
/* mode 0 sgd lr; 1 smoothed; 2 accept; 3 sgd momentum .9 lr ; 4: sgd batch 3 */
static int run(int mode,double lr,double sig,int*sh,int m,int*y,double*f,int cap){double v[N]={0},u[N];draw(LK,f);
 double cur=loss(f,f,0,sh,m,y);int per[N],at=m;for(int i=0;i<m;i++)per[i]=i;
 for(int t=0;t<=cap;t++){int ok=1;for(int i=0;i<m&&ok;i++)ok=(f[sh[i]]>0)==y[sh[i]];if(ok)return t;
  if(mode==0||mode==3||mode==4){double d[N]={0};for(int i=0;i<n;i++)u[i]=0;
   int a=0,b=m;if(mode==4){if(at>=m){for(int i=m-1;i>0;i--){int j=U()*(i+1),q=per[i];per[i]=per[j];per[j]=q;}at=0;}a=at;b=at+3>m?m:at+3;at=b;}
   for(int q=a;q<b;q++){int r=sh[per[q]];double g=(1/(1+exp(-f[r]))-y[r])/(b-a);for(int i=0;i<n;i++)u[i]+=T[i][r]*g;}
   for(int i=0;i<n;i++){v[i]=(mode==3?.9*v[i]:0)-lr*u[i];f[i]+=v[i];}}
  else if(mode==1){double d[N]={0};for(int p=0;p<16;p++){draw(LT,u);double c=(loss(f,u,sig,sh,m,y)-loss(f,u,-sig,sh,m,y))/(2*sig*16);for(int i=0;i<n;i++)d[i]+=c*u[i];}
   for(int i=0;i<n;i++)f[i]-=lr*d[i];}
  else{draw(LT,u);double q=loss(f,u,sig,sh,m,y);if(q<=cur){cur=q;for(int i=0;i<n;i++)f[i]+=sig*u[i];}}
 }return -1;}
static int tgt(int k,int r){int x0=r>>4&1,x1=r>>3&1,x2=r>>2&1,x3=r>>1&1,x4=r&1;
 switch(k){case 0:return x0;case 1:return x0&x1;case 2:return x0+x1+x2>=2;case 3:return x0^x1;case 4:return x0^x1^x2;case 5:return (x0&x1)^x2;case 6:return x0?x1:x2;case 7:return x0+x1+x2+x3+x4>=3;case 8:return x0&(x1|x2);case 9:return x0^x1^x2^x3;case 10:return x0^x1^x2^x3^x4;}return 0;}
static const char*nm[]={"x0","x0&x1","maj3","x0^x1","x0^x1^x2","(x0&x1)^x2","mux","maj5","x0&(x1|x2)","par4","par5"};
static void cube(double X[N][8],int pm){n=32;for(int r=0;r<32;r++)for(int k=0;k<5;k++){int b=r>>(4-k)&1;X[r][k]=pm?2*b-1:b;}}
static void four(int R){double X[N][8];n=16;for(int r=0;r<16;r++)for(int k=0;k<4;k++)X[r][k]=2*(r>>(3-k)&1)-1;deep(X,4,16);chol(K,LK);chol(T,LT);
 for(int k=0;k<2;k++){int ig=0,co=0;for(int q=0;q<R;q++){int o[16],m=0,e=8,y[N];for(int r=0;r<16;r++){if(r&1)o[m++]=r;else o[e++]=r;y[r]=k==0?r>>3&1:(r>>3&1)&(r>>2&1);}double f[N];run(3,.05,.1,o,8,y,f,4000);int h=0,on=0;for(int i=8;i<16;i++){int z=f[o[i]]>0;h+=z==y[o[i]];on+=z;}ig+=h==8;co+=on==0||on==8;}printf("4in k%d ign %.3f const %.3f\n",k,ig*1./R,co*1./R);}}
int main(int c,char**v){double X[N][8];int R=atoi(v[2]);
 if(!strcmp(v[1],"four"))four(R);
 if(!strcmp(v[1],"shallow")){cube(X,0);double w=20;shallow(X,5,w);chol(K,LK);chol(T,LT);
  for(int k=0;k<8;k++)for(int mode=0;mode<3;mode++){double a=0,a2=0;long st=0;int un=0,cnt=0;for(int q=0;q<R;q++){int o[32],y[N];for(int i=0;i<32;i++)o[i]=i;for(int i=31;i>0;i--){int j=U()*(i+1),t=o[i];o[i]=o[j];o[j]=t;}for(int r=0;r<32;r++)y[r]=tgt(k,r);double f[N];int t=run(mode,.1,mode==2?.05:.1,o,16,y,f,mode==2?20000:4000);if(t<0){un++;}st+=t<0?4000:t;double h=0;for(int i=16;i<32;i++)h+=(f[o[i]]>0)==y[o[i]];h/=16;a+=h;a2+=h*h;cnt++;}
   printf("%-11s mode %d acc %.3f +-%.3f steps %ld unfit %d\n",nm[k],mode,a/cnt,sqrt((a2/cnt-a*a/cnt/cnt)/cnt),st/cnt,un);fflush(stdout);}}
 if(!strcmp(v[1],"deep")||!strcmp(v[1],"deeprand")){int ks[]={0,8,6,2,9};int rnd=!strcmp(v[1],"deeprand");for(int pm=0;pm<2;pm++){cube(X,pm);deep(X,5,rnd?40:16);chol(K,LK);chol(T,LT);
  int kr[]={0,1,2,10};
  for(int kk=0;kk<(rnd?4:5);kk++)for(int cu=1;cu>=(rnd?1:0);cu--)for(int mode=rnd?3:0;mode<(rnd?4:2);mode++){int R=atoi(v[2])/(mode==1?20:1);int k=rnd?kr[kk]:ks[kk];double a=0;int cls[5]={0},un=0;long st=0;for(int q=0;q<R;q++){int o[32],y[N],m=0,e=16;if(rnd){for(int i=0;i<32;i++)o[i]=i;for(int i=31;i>0;i--){int j=U()*(i+1),t=o[i];o[i]=o[j];o[j]=t;}}else for(int r=0;r<32;r++)if((r&1)==cu)o[m++]=r;else o[e++]=r;for(int r=0;r<32;r++)y[r]=tgt(k,r);double f[N];int t=run(mode,mode==3?.05:.1,.1,o,16,y,f,4000);if(t<0)un++;st+=t<0?4000:t;int h=0,ones=0,fi[4]={1,1,1,1};for(int i=16;i<32;i++){int z=f[o[i]]>0;h+=z==y[o[i]];ones+=z;for(int j=0;j<4;j++)fi[j]&=z==(o[i]>>(4-j)&1);}a+=h/16.;if(h==16)cls[0]++;else if(h==0)cls[1]++;else if(ones==0||ones==16)cls[2]++;else if(fi[0]|fi[1]|fi[2]|fi[3])cls[3]++;else cls[4]++;}
   printf("%s %-11s cue %d mode %d acc %.3f ign %.4f inv %.4f const %.4f foll %.4f steps %ld unfit %d\n",pm?"pm":"01",nm[k],cu,mode,a/R,cls[0]*1./R,cls[1]*1./R,cls[2]*1./R,cls[3]*1./R,st/R,un);fflush(stdout);}}}
 if(!strcmp(v[1],"kink")){double ws[]={4,10,20};for(int wi=0;wi<3;wi++)for(int mm=0;mm<3;mm++){int mode=mm==0?4:mm;double a=0,a2=0;int un=0;long st=0;for(int q=0;q<R;q++){n=41;int y[N],o[N];for(int i=0;i<n;i++){double x=2*U()-1;y[i]=U()<.5;X[i][0]=x;X[i][1]=-fabs(x)+(y[i]?0:.25);o[i]=i;}shallow(X,2,ws[wi]);chol(K,LK);chol(T,LT);double f[N];int t=-1;for(int g=0;g<3&&t<0;g++){t=run(mode,.1,mode==2?.05:.1,o,11,y,f,2000);}if(t<0){un++;continue;}st+=t;double h=0;for(int i=11;i<n;i++)h+=(f[i]>0)==y[i];h/=30;a+=h;a2+=h*h;}
   int k=R-un;printf("kink w %.0f mode %d acc %.3f +-%.3f steps %ld unfit %d\n",ws[wi],mode,a/k,sqrt((a2/k-a*a/k/k)/k),st/k,un);fflush(stdout);}}
}
